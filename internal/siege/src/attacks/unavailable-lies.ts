import { randomBytes } from 'node:crypto';
import type { BiStream, Connection, RecvStream } from '@grapevine/net';
import { type MessageId, messageIdFromBytes, messageIdToBytes, type TopicId } from '@grapevine/proto';
import { KeySetBuilder, Reconciliation, SALT_LENGTH } from '@grapevine/proto/reconciliation';
import type { Attack, Field } from '../attack.js';
import { FrameCutter } from '../frame-cutter.js';
import type { HistoryFrame, HostileKit } from '../hostile-kit.js';

const ALPN = '/grapevine/reconcile/1';
/** Payloads that it claims to have had, in each comparison, and how many of them it says are gone in one frame. */
const INVENTED = 1_000;
const PER_FRAME = 500;

/** Compares histories, claims payloads that there never were, and says that they are gone when it is asked for them. */
export const unavailableLies: Attack = {
  name: 'unavailable-lies',
  what: 'a neighbor compares histories over and over, with a thousand payloads that it invents and then has lost',
  standing: 'neighbor',
  async run({ connect, kit, target, topic, signal, pause }: Field) {
    while (!signal.aborted) {
      const peer = await connect();
      await peer.join(topic);
      const connection = await peer.dial(target.node, ALPN).catch(() => undefined);
      while (connection && !signal.aborted && !(await isOver(connection))) {
        await lie(connection, topic, kit).catch(() => {}); // refused, or one at a time
        await pause(20);
      }
      await peer.close();
    }
  },
};

function isOver(connection: Connection): Promise<boolean> {
  return Promise.race([
    connection.closed.then(() => true),
    new Promise<false>((resolve) => setImmediate(resolve, false)),
  ]);
}

async function lie(connection: Connection, topic: TopicId, { history }: HostileKit): Promise<void> {
  const ids = Array.from({ length: INVENTED }, () => messageIdFromBytes(randomBytes(32)));
  const builder = new KeySetBuilder(randomBytes(SALT_LENGTH));
  for (const id of ids) builder.add(messageIdToBytes(id));
  const comparison = Reconciliation.begin(builder.build());
  const stream = await connection.openBi();
  const say = (frame: HistoryFrame) => stream.send.write(history.encodeFrame(frame));
  say({ type: 'open', topic, youngerThan: 0, opening: comparison.opening() });
  try {
    for await (const body of framesOf(stream.recv)) {
      const frame = history.decodeFrame(body);
      if (frame.type === 'compare') {
        for (const answer of comparison.receive(frame.frame)) say({ type: 'compare', frame: answer });
        if (comparison.settled) say({ type: 'want', last: true, limit: 65_536, keys: history.packKeys([]) });
      } else if (frame.type === 'want' && frame.last) {
        denyAll(stream, ids, say);
        return;
      }
    }
  } finally {
    stream.send.finish();
    stream.recv.stop(0);
  }
}

function denyAll({ send }: BiStream, ids: readonly MessageId[], say: (frame: HistoryFrame) => void): void {
  for (let i = 0; i < ids.length; i += PER_FRAME) say({ type: 'gone', ids: ids.slice(i, i + PER_FRAME) });
  send.finish();
}

async function* framesOf(recv: RecvStream): AsyncGenerator<Uint8Array> {
  const cutter = new FrameCutter();
  for (let chunk = await recv.read(); chunk; chunk = await recv.read()) yield* cutter.push(chunk);
}
