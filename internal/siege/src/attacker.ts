// Carries out one attack, in a process of its own: what it costs the attacker is not the target's.
import dgram from 'node:dgram';
import { once } from 'node:events';
import { topicIdFrom } from '@grapevine/api';
import type { TransportAddr } from '@grapevine/net';
import type { Field } from './attack.js';
import { ATTACKS } from './attacks/index.js';
import { type AttackOrder, type AttackReport, ROOM } from './messages.js';
import { RawPeer } from './raw-peer.js';

/** A third party is on an address of its own. */
const THIRD_PARTY = '127.0.0.3';

const [order] = (await once(process, 'message')) as [AttackOrder];
const attack = ATTACKS.find(({ name }) => name === order.name);
if (!attack) throw new Error(`there is no attack ${order.name}`);
const traffic = { sent: 0, received: 0, thirdParty: 0 };
const stop = new AbortController();
const peers = new Set<RawPeer>();
const field: Field = {
  target: order.target,
  topic: topicIdFrom(ROOM),
  signal: stop.signal,
  traffic,
  async connect() {
    const peer = await RawPeer.connect(field);
    peers.add(peer);
    void peer.connection.closed.then(() => peer.close());
    return peer;
  },
  silentHosts: (count) => Promise.all(Array.from({ length: count }, silentHost)),
  pause: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
};

async function silentHost(): Promise<TransportAddr> {
  const socket = dgram.createSocket('udp4');
  socket.on('message', ({ length }) => {
    traffic.thirdParty += length;
  });
  socket.bind(0, THIRD_PARTY);
  await once(socket, 'listening');
  return { type: 'ip', addr: { host: THIRD_PARTY, port: socket.address().port } };
}

setTimeout(() => stop.abort(), order.seconds * 1_000);
const isOver = new Promise<void>((resolve) => stop.signal.addEventListener('abort', () => resolve()));
await Promise.race([attack.run(field).catch(() => {}), isOver]);
await isOver; // what it has set off is counted to the end
for (const peer of [...peers]) await peer.close();
process.send?.(traffic satisfies AttackReport, () => process.exit(0));
