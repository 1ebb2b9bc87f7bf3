import assert from 'node:assert/strict';
import { StreamResetError, StreamStateError } from '../errors.js';
import type { Connection } from '../transport/seam.js';
import type { TestRunner, TransportUnderTest } from './setup.js';
import { echo, first, pattern, readAll, withPair } from './support.js';

/** What flows over a connection. Each test runs from the dialer to the accepter and the other way round. */
export function streamTests(transport: TransportUnderTest, test: TestRunner['test']): void {
  for (const direction of ['dialer to accepter', 'accepter to dialer'] as const) {
    const both = (name: string, body: (from: Connection, to: Connection) => Promise<void>) =>
      test(`${name} (${direction})`, () =>
        withPair(transport, ({ ab, ba }) => (direction === 'dialer to accepter' ? body(ab, ba) : body(ba, ab))));

    both('a megabyte arrives whole and in order', async (from, to) => {
      const content = pattern(1_000_000);
      const sending = (async () => {
        const stream = await from.openUni();
        for (let at = 0; at < content.length; at += 10_000) {
          if (!stream.write(content.slice(at, at + 10_000))) await stream.drained;
        }
        stream.finish();
        return stream.stopped;
      })();
      assert.deepEqual(await readAll(await first(to.acceptUni())), Buffer.from(content));
      assert.equal(await sending, undefined, 'all was acknowledged, nothing stopped');
    });

    both('a stream without a byte ends at once', async (from, to) => {
      (await from.openUni()).finish();
      assert.equal((await readAll(await first(to.acceptUni()))).length, 0);
    });

    both('a stream stays open between writes', async (from, to) => {
      const stream = await from.openUni();
      stream.write(pattern(3, 1));
      const received = await first(to.acceptUni());
      assert.deepEqual(await readExactly(received, 3), Buffer.from(pattern(3, 1)));
      stream.write(pattern(5, 2));
      assert.deepEqual(await readExactly(received, 5), Buffer.from(pattern(5, 2)));
      stream.finish();
      assert.equal(await received.read(), undefined);
      assert.equal(await received.read(), undefined, 'the end stays the end');
    });

    both('both directions of a stream carry data', async (from, to) => {
      const echoing = first(to.acceptBi()).then(echo);
      const { send, recv } = await from.openBi();
      const content = pattern(100_000);
      send.write(content);
      send.finish();
      assert.deepEqual(await readAll(recv), Buffer.from(content));
      await echoing;
    });

    both('a half-closed stream still carries the other direction', async (from, to) => {
      const { send, recv } = await from.openBi();
      send.write(pattern(1));
      send.finish();
      const there = await first(to.acceptBi());
      await readAll(there.recv);
      there.send.write(pattern(2000, 3));
      assert.deepEqual(await readExactly(recv, 2000), Buffer.from(pattern(2000, 3)));
      there.send.finish();
      assert.equal(await recv.read(), undefined);
    });

    both('a reset reaches the reader with its code', async (from, to) => {
      const stream = await from.openUni();
      stream.write(pattern(10));
      const received = await first(to.acceptUni());
      await readExactly(received, 10);
      stream.reset(77);
      await assert.rejects(received.read(), (error) => error instanceof StreamResetError && error.errorCode === 77);
      assert.throws(() => stream.write(pattern(1)), StreamStateError);
    });

    both('a stop reaches the writer, and later writes are harmless', async (from, to) => {
      const stream = await from.openUni();
      stream.write(pattern(10));
      const received = await first(to.acceptUni());
      received.stop(99);
      assert.notEqual(await stream.stopped, undefined);
      assert.equal(stream.write(pattern(10)), true);
      await stream.drained;
      await assert.rejects(received.read(), StreamStateError);
    });

    both('a stop reaches the writer with its code', async (from, to) => {
      const stream = await from.openUni();
      stream.write(pattern(10));
      const received = await first(to.acceptUni());
      received.stop(99);
      assert.equal(await stream.stopped, 99);
    });

    both('one stream reset or stopped leaves the others alone', async (from, to) => {
      const streams = await Promise.all([from.openUni(), from.openUni(), from.openUni()]);
      for (const stream of streams) stream.write(pattern(10));
      const arrived = to.acceptUni()[Symbol.asyncIterator]();
      for (let i = 0; i < 3; i++) {
        const { value: received } = await arrived.next();
        assert(received);
        if (i < 2) await readExactly(received, 10);
        if (i === 0) received.stop(1);
        if (i === 2) {
          streams[1]?.reset(2);
          streams[2]?.write(pattern(10, 2));
          streams[2]?.finish();
          assert.equal((await readAll(received)).length, 20);
        }
      }
    });

    both('writing after finish is a mistake of the caller', async (from) => {
      const stream = await from.openUni();
      stream.finish();
      assert.throws(() => stream.write(pattern(1)), StreamStateError);
      stream.finish(); // twice is once
    });

    both('a reader that stops reading holds the writer back, and only that stream', async (from, to) => {
      const slow = await from.openUni();
      let written = 0;
      const chunk = pattern(16 * 1024);
      for (;;) {
        written += chunk.length;
        if (!slow.write(chunk) && (await settlesSoon(slow.drained)) === false) break;
        assert(written < 64 * 1024 * 1024, 'the writer was never held back');
      }
      const queued = from.stats().queuedBytes;
      assert(queued < 4 * 1024 * 1024, `${queued} bytes are queued although the writer obeyed`);

      const other = await from.openUni();
      other.write(pattern(5000, 2));
      other.finish();
      const arrived = to.acceptUni()[Symbol.asyncIterator]();
      const slowReader = (await arrived.next()).value;
      const otherReader = (await arrived.next()).value;
      assert(slowReader && otherReader);
      assert.equal((await readAll(otherReader)).length, 5000);

      slow.finish();
      assert.equal((await readAll(slowReader)).length, written);
      await slow.drained;
    });

    both('1,000 streams at once, and another 1,000 after them', async (from, to) => {
      for (let round = 0; round < 2; round++) {
        const sent = Promise.all(
          Array.from({ length: 1000 }, async (_, i) => {
            const stream = await from.openUni();
            stream.write(pattern(20 + (i % 50), i + 1));
            stream.finish();
            return stream.stopped;
          }),
        );
        const reading: Promise<number>[] = [];
        const arrived = to.acceptUni()[Symbol.asyncIterator]();
        while (reading.length < 1000) {
          const { value: received } = await arrived.next();
          assert(received);
          reading.push(readAll(received).then((bytes) => bytes.length));
        }
        const total = (await Promise.all(reading)).reduce((sum, length) => sum + length, 0);
        assert.equal(total, 1000 * 20 + 20 * ((49 * 50) / 2));
        await sent;
      }
    });
  }
}

/** Reads some bytes that may come in pieces. */
async function readExactly(stream: { read(): Promise<Uint8Array | undefined> }, length: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let missing = length;
  while (missing > 0) {
    const chunk = await stream.read();
    assert(chunk, `the stream ended ${missing} bytes early`);
    chunks.push(chunk);
    missing -= chunk.length;
  }
  assert.equal(missing, 0, 'more bytes came than were expected');
  return Buffer.concat(chunks);
}

/**
 * Whether a promise settles while the event loop still has something to do for it. "Never" can't be observed; a quarter of a
 * second without progress on one machine is what this suite calls held back.
 */
async function settlesSoon(promise: Promise<void>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), 250);
  });
  const settled = await Promise.race([promise.then(() => true as const), patience]);
  clearTimeout(timer);
  return settled;
}
