import assert from 'node:assert/strict';
import { ConnectionClosedError } from '../errors.js';
import type { CloseReason } from '../transport/close-reason.js';
import type { TestRunner, TransportUnderTest } from './setup.js';
import { ALPN, acceptOne, connectPair, ends, first, pattern, readAll, withEndpoints, withPair } from './support.js';

/** How connections and endpoints end. */
export function closingTests(transport: TransportUnderTest, test: TestRunner['test']): void {
  for (const closer of ['dialer', 'accepter'] as const) {
    test(`the ${closer} closes: code and reason reach the peer, everything on the connection ends`, () =>
      withPair(transport, async ({ ab, ba }) => {
        const [mine, theirs] = closer === 'dialer' ? [ab, ba] : [ba, ab];
        const stream = await mine.openUni();
        stream.write(pattern(10));
        const received = await first(theirs.acceptUni());
        assert.equal((await received.read())?.length, 10);
        const reading = received.read();

        mine.close(42, 'enough');
        mine.close(43, 'twice is once');

        await assert.rejects(reading, ConnectionClosedError);
        assert.deepEqual(await theirs.closed, { type: 'peer', code: 42, reason: 'enough' });
        assert.deepEqual(await mine.closed, { type: 'local', code: 42, reason: 'enough' });
        for (const connection of [mine, theirs]) {
          assert(await ends(connection.acceptUni()));
          assert(await ends(connection.acceptBi()));
          await assert.rejects(connection.openUni(), ConnectionClosedError);
          await assert.rejects(connection.openBi(), ConnectionClosedError);
        }
        assert.equal(await stream.stopped, undefined);
        await stream.drained;
        assert.equal(stream.write(pattern(1)), true, 'a write to a dead connection is dropped');
      }));
  }

  test('a long reason is cut between characters, a code out of range is refused', () =>
    withPair(transport, async ({ ab, ba }) => {
      assert.throws(() => ab.close(-1), RangeError);
      assert.throws(() => ab.close(2 ** 32), RangeError);
      ab.close(2 ** 32 - 1, 'ü'.repeat(500));
      assert.deepEqual(await ba.closed, { type: 'peer', code: 2 ** 32 - 1, reason: 'ü'.repeat(100) });
    }));

  test('what was acknowledged before the close is not lost', () =>
    withPair(transport, async ({ ab, ba }) => {
      const reading = first(ba.acceptUni()).then(readAll);
      const stream = await ab.openUni();
      stream.write(pattern(50_000));
      stream.finish();
      assert.equal((await reading).length, 50_000);
      assert.equal(await stream.stopped, undefined);
      ab.close(0);
      assert.equal((await ba.closed).type, 'peer');
    }));

  test('two connections between the same endpoints are independent', () =>
    withEndpoints(transport, [{}, {}], async (a, b) => {
      assert(a && b);
      const [first1, there1] = await connectPair(a, b);
      const [first2, there2] = await connectPair(a, b);
      first1.close(1, 'this one only');
      await there1.closed;
      const stream = await first2.openUni();
      stream.write(pattern(10));
      stream.finish();
      assert.equal((await readAll(await first(there2.acceptUni()))).length, 10);
    }));

  const idleTimeoutMs = transport.shortestIdleTimeoutMs ?? 500;

  /** Somebody connects to an endpoint and vanishes. @returns how the connection ended */
  const outlive = (): Promise<CloseReason> =>
    withEndpoints(transport, [{ idleTimeoutMs }], async (survivor) => {
      assert(survivor);
      const accepted = acceptOne(survivor);
      const dialer = await transport.mortalDialer({ idleTimeoutMs }, survivor.addr(), ALPN);
      try {
        const connection = await accepted;
        await dialer.vanish();
        return await connection.closed;
      } finally {
        await dialer.close();
      }
    });

  test('a peer that vanishes is noticed after the idle time-out', async () => {
    assert.deepEqual(await outlive(), { type: 'timeout' });
  });

  test('a connection without traffic outlives the idle time-out', () =>
    withPair(
      transport,
      async ({ ab, ba }) => {
        // Others live and die through two whole idle time-outs meanwhile: that is the clock of this test.
        for (let i = 0; i < 2; i++) await outlive();
        const stream = await ab.openUni();
        stream.write(pattern(10));
        stream.finish();
        assert.equal((await readAll(await first(ba.acceptUni()))).length, 10);
      },
      { idleTimeoutMs },
    ));

  test('closing an endpoint closes its connections with code 0 and ends its iterables', () =>
    withPair(transport, async ({ a, ab, ba }) => {
      const accepting = ends(a.accept());
      const watching = (async () => {
        let last: unknown;
        for await (const addr of a.watchAddr()) last = addr;
        return last;
      })();
      await a.close();
      await a.close();
      assert.deepEqual(await a.closed, { type: 'local' });
      assert.equal((await ab.closed).type, 'local');
      const reason = await ba.closed;
      assert(reason.type === 'peer' && reason.code === 0, JSON.stringify(reason));
      assert(await accepting);
      assert.deepEqual(await watching, a.addr());
    }));

  test('leaving a loop over what comes in leaves it open', () =>
    withEndpoints(transport, [{}, {}], async (a, b) => {
      assert(a && b);
      for (let i = 0; i < 2; i++) {
        const accepting = firstOf(b.accept());
        const dialing = a.connect(b.addr(), 'grapevine-compliance/1');
        const there = await (await accepting).accept();
        const here = await dialing;
        for (let j = 0; j < 2; j++) {
          (await here.openUni()).finish();
          assert.equal((await readAll(await firstOf(there.acceptUni()))).length, 0);
          (await here.openBi()).send.finish();
          assert.equal((await readAll((await firstOf(there.acceptBi())).recv)).length, 0);
        }
      }
    }));

  test('an endpoint takes new connections after others have come and gone', () =>
    withEndpoints(transport, [{}, {}], async (a, b) => {
      assert(a && b);
      for (let i = 0; i < 20; i++) {
        const accepted = acceptOne(b);
        const connection = await a.connect(b.addr(), 'grapevine-compliance/1');
        const there = await accepted;
        (i % 2 ? connection : there).close(i);
        await Promise.all([connection.closed, there.closed]);
      }
      const [connection] = await connectPair(a, b);
      const stats = connection.stats();
      assert(stats.rttMs >= 0 && stats.queuedBytes === 0);
    }));
}

/** As users write it: `break` ends the loop, and the loop's iterator. */
async function firstOf<T>(iterable: AsyncIterable<T>): Promise<T> {
  for await (const item of iterable) return item;
  throw new Error('it has ended');
}
