// Carries out one attack, in a process of its own: what it costs the attacker is not the target's.
import dgram from 'node:dgram';
import { once } from 'node:events';
import { topicIdFrom } from '@grapevine/api';
import type { TransportAddr } from '@grapevine/net';
import type { Field } from './attack.js';
import { ATTACKS } from './attacks/index.js';
import { loadHostileKit } from './hostile-kit.js';
import { type AttackerRequest, type AttackReport, ROOM, type TargetAddr } from './messages.js';
import { RawPeer } from './raw-peer.js';

/** A third party is on an address of its own. */
const THIRD_PARTY = '127.0.0.3';

/** What peers have sent that are gone, and what is counted by hand. */
const traffic = { sent: 0, received: 0, thirdParty: 0, strangers: 0, handshakes: 0 };
const stop = new AbortController();
const peers = new Set<RawPeer>();

async function attack(name: string, target: TargetAddr): Promise<void> {
  const found = ATTACKS.find((other) => other.name === name);
  if (!found) throw new Error(`there is no attack ${name}`);
  await found.run(await fieldOf(target)).catch(() => {}); // the target may have closed the connection
}

async function fieldOf(target: TargetAddr): Promise<Field> {
  return {
    target,
    topic: topicIdFrom(ROOM),
    signal: stop.signal,
    traffic,
    kit: await loadHostileKit(),
    async connect(options) {
      const peer = await RawPeer.connect(target.node, stop.signal, options);
      peers.add(peer);
      traffic.handshakes++;
      traffic.strangers = Math.max(traffic.strangers, peers.size);
      void peer.connection.closed.then(() => forget(peer));
      return peer;
    },
    silentHosts: (count) => Promise.all(Array.from({ length: count }, silentHost)),
    // Behind the timer a turn in which messages are read: timers that are always due would keep the process from ever hearing that it is to stop.
    pause: (ms) => new Promise((resolve) => setTimeout(() => setImmediate(resolve), ms)),
  };
}

function forget(peer: RawPeer): void {
  if (!peers.delete(peer)) return;
  const { sent, received } = peer.stats();
  traffic.sent += sent;
  traffic.received += received;
  void peer.close();
}

async function silentHost(): Promise<TransportAddr> {
  const socket = dgram.createSocket('udp4');
  socket.on('message', ({ length }) => {
    traffic.thirdParty += length;
  });
  socket.bind(0, THIRD_PARTY);
  await once(socket, 'listening');
  return { type: 'ip', addr: { host: THIRD_PARTY, port: socket.address().port } };
}

function report(): AttackReport {
  let { sent, received } = traffic;
  for (const peer of peers) {
    const stats = peer.stats();
    sent += stats.sent;
    received += stats.received;
  }
  return { ...traffic, sent, received };
}

process.on('message', (request: AttackerRequest) => {
  switch (request.type) {
    case 'start':
      void attack(request.name, request.target);
      break;
    case 'report':
      break;
    case 'stop':
      stop.abort();
      break;
  }
  process.send?.(report());
});
process.on('unhandledRejection', () => {}); // the target may end any stream
process.send?.('ready');
