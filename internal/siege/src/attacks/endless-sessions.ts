import type { Attack } from '../attack.js';
import type { RawPeer } from '../raw-peer.js';

const ALPN = '/grapevine/reconcile/1';
const PEERS = 32;
/** Sessions of each; more are refused. */
const SESSIONS = 64;

/** Begins comparisons of histories, and says one byte a second, so that they never end. */
export const endlessSessions: Attack = {
  name: 'endless-sessions',
  what: 'reconciliation sessions of 32 peers that never get anywhere',
  async run({ connect, signal, pause }) {
    const one = async () => {
      while (!signal.aborted) {
        const peer = await connect({ alpn: ALPN }).catch(() => undefined);
        if (peer) await trickle(peer, signal, pause).catch(() => {});
        await peer?.close();
        await pause(100);
      }
    };
    await Promise.all(Array.from({ length: PEERS }, one));
  },
};

async function trickle({ connection }: RawPeer, signal: AbortSignal, pause: (ms: number) => Promise<void>) {
  let isOver = false;
  void connection.closed.then(() => {
    isOver = true;
  });
  const streams = await Promise.all(Array.from({ length: SESSIONS }, () => connection.openBi()));
  const begun = Buffer.alloc(4_100);
  begun.writeUInt32BE(60_000);
  for (const { send } of streams) send.write(begun);
  while (!isOver && !signal.aborted) {
    for (const { send } of streams) send.write(Buffer.alloc(1));
    await pause(500);
  }
}
