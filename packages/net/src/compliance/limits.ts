import assert from 'node:assert/strict';
import { StreamLimitError } from '../errors.js';
import type { Connection, SendStream } from '../transport/seam.js';
import type { TestRunner, TransportUnderTest } from './setup.js';
import { pattern, readAll, withPair } from './support.js';

/** More than the 100 that some stacks start with: such a transport can only raise the limit. */
const MAX_UNI_STREAMS = 120;

/** What happens where the peer allows no further stream. */
export function limitTests(transport: TransportUnderTest, test: TestRunner['test']): void {
  const request = { maxUniStreams: MAX_UNI_STREAMS };

  test('at the limit of one-way streams none is opened, and waiting callers are told when one can be', () =>
    withPair(
      transport,
      async ({ ab, ba }) => {
        const streams = await openAll(ab);
        assert.equal(streams.length, MAX_UNI_STREAMS);
        const told: string[] = [];
        const waiting = ['first', 'second'].map((name) => ab.uniStreamAvailable().then(() => told.push(name)));
        await assert.rejects(ab.openUni(), StreamLimitError);
        assert.deepEqual(told, [], 'told although there is none');

        const arrived = ba.acceptUni()[Symbol.asyncIterator]();
        const received = [];
        while (received.length < streams.length) received.push((await arrived.next()).value);
        // Half of them end: some stacks give credit back in batches.
        for (const [i, stream] of streams.entries()) {
          if (i % 2) continue;
          stream.finish();
          assert(received[i]);
          await readAll(received[i]);
        }
        await Promise.all(waiting);
        assert.deepEqual(told, ['first', 'second']);
        for (const _ of told) (await ab.openUni()).write(pattern(3));
      },
      request,
    ));

  test('where a one-way stream can be opened, it is said at once', () =>
    withPair(transport, async ({ ab, ba }) => {
      await ab.uniStreamAvailable();
      await ba.uniStreamAvailable();
    }));

  test('who waits for a stream is told when the connection ends', () =>
    withPair(
      transport,
      async ({ ab }) => {
        await openAll(ab);
        const waiting = ab.uniStreamAvailable();
        ab.close(0);
        await waiting;
        await ab.uniStreamAvailable();
      },
      request,
    ));

  test('thousands of short streams pass through a small limit, in turn', () =>
    withPair(
      transport,
      async ({ ab, ba }) => {
        const count = 2_000;
        const sending = (async () => {
          for (let i = 0; i < count; i++) {
            await ab.uniStreamAvailable();
            const stream = await ab.openUni();
            stream.write(pattern(10, i + 1));
            stream.finish();
          }
        })();
        let read = 0;
        for await (const stream of ba.acceptUni()) {
          read += (await readAll(stream)).length;
          if (read === count * 10) break;
        }
        await sending;
      },
      request,
    ));
}

/** Opens one-way streams, each with a few bytes, until the peer allows no more. */
async function openAll(connection: Connection): Promise<SendStream[]> {
  const streams: SendStream[] = [];
  for (;;) {
    try {
      const stream = await connection.openUni();
      stream.write(pattern(10));
      streams.push(stream);
    } catch (error) {
      assert(error instanceof StreamLimitError, String(error));
      return streams;
    }
  }
}
