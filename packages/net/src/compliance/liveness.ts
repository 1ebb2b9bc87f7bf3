import assert from 'node:assert/strict';
import type { Connection } from '../transport/seam.js';
import type { MortalDialer, TestRunner, TransportUnderTest } from './setup.js';
import { ALPN, acceptOne, pattern, withEndpoints, withPair } from './support.js';

/** Whether a peer is still there. What a transport cannot tell is not asked. */
export function livenessTests(transport: TransportUnderTest, test: TestRunner['test']): void {
  /** Longer than any peer may go unanswered, shorter than the idle time-out. */
  const idleTimeoutMs = Math.max(20_000, transport.shortestIdleTimeoutMs ?? 0);

  const withMortal = (body: (connection: Connection, dialer: MortalDialer) => Promise<void>) =>
    withEndpoints(transport, [{ idleTimeoutMs }], async (survivor) => {
      assert(survivor);
      const accepted = acceptOne(survivor);
      const dialer = await transport.mortalDialer({ idleTimeoutMs }, survivor.addr(), ALPN);
      try {
        await body(await accepted, dialer);
      } finally {
        await dialer.close();
      }
    });

  test('a probe of a living peer is answered, again and again, from both sides', () =>
    withPair(transport, async ({ ab, ba }) => {
      if (!ab.probe || !ba.probe) return;
      for (let i = 0; i < 3; i++) assert.deepEqual(await Promise.all([ab.probe(5_000), ba.probe(5_000)]), [true, true]);
      ab.close(0);
      assert.equal(await ab.probe(5_000), false);
    }));

  test('a probe of a peer that vanished tells so, and leaves the connection alone', () =>
    withMortal(async (connection, dialer) => {
      if (!connection.probe) return;
      await dialer.vanish();
      // What was under way when it vanished may still come, once.
      const answers = [await connection.probe(300), await connection.probe(300)];
      assert.equal(answers[1], false);
      (await connection.openUni()).write(pattern(1));
    }));

  test('a probe ends with its connection', () =>
    withMortal(async (connection, dialer) => {
      if (!connection.probe) return;
      await dialer.vanish();
      await connection.probe(300);
      const probing = connection.probe(60_000);
      connection.close(0);
      assert.equal(await probing, false);
    }));

  test('a peer that leaves data unanswered is reported, once, long before the idle time-out', () =>
    withMortal(async (connection, dialer) => {
      if (!connection.onUnresponsive) return;
      let reports = 0;
      const reported = new Promise<void>((resolve) => {
        connection.onUnresponsive?.(() => {
          reports++;
          resolve();
        });
      });
      await dialer.vanish();
      await connection.probe?.(300);
      const stream = await connection.openUni();
      const since = performance.now();
      stream.write(pattern(100));
      await reported;
      const after = performance.now() - since;
      assert(after > 2_000 && after < 8_000, `reported after ${after} ms`);
      stream.write(pattern(100));
      await connection.probe?.(1_500);
      assert.equal(reports, 1);
    }));
}
