import type { PeerConnectionSnapshot } from '../snapshot.js';
import type { Peer } from './peer.js';

/** What a snapshot tells of a peer's connections; of a peer that could not be reached there is none. */
export function describePeer(
  peer: Peer | undefined,
  isDialing: boolean,
): Omit<PeerConnectionSnapshot, 'id' | 'dialFailures' | 'lastDialError' | 'maxMessageSize'> {
  const connection = peer?.active?.connection;
  const stats = connection?.stats();
  return {
    state: connection ? 'connected' : isDialing ? 'dialing' : 'backing-off',
    connections: peer?.links.size ?? 0,
    remoteAddr: connection?.remoteAddr(),
    rttMs: stats?.rttMs ?? 0,
    sentBytes: stats?.sentBytes ?? 0,
    receivedBytes: stats?.receivedBytes ?? 0,
    queuedBytes: peer?.queuedBytes ?? 0,
    waitingStreams: peer?.active?.waitingStreams ?? 0,
  };
}
