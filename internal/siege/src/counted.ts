import type { ConnectionStats } from '@grapevine/net';
import type { Traffic } from './attack.js';

/** Adds to the traffic what has passed a connection since the last call. */
export function counting(connection: { stats(): ConnectionStats }, traffic: Traffic): () => void {
  let [sent, received] = [0, 0];
  return () => {
    const { sentBytes, receivedBytes } = connection.stats();
    traffic.sent += sentBytes - sent;
    traffic.received += receivedBytes - received;
    [sent, received] = [sentBytes, receivedBytes];
  };
}
