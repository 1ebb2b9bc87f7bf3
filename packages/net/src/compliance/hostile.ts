import assert from 'node:assert/strict';
import type { HostileDialers, TestRunner, TransportUnderTest } from './setup.js';
import { ALPN, connectPair, first, pattern, readAll, withEndpoints } from './support.js';

/** Attacks below the seam. After each, an honest pair still works. */
export function hostileTests(transport: TransportUnderTest, dialers: HostileDialers, test: TestRunner['test']): void {
  for (const [what, dial] of [
    ['no certificate', dialers.withoutCertificate],
    ['an RSA certificate', dialers.withRsaCertificate],
  ] as const) {
    test(`a client with ${what} never becomes a connection`, () =>
      withEndpoints(transport, [{}, {}], async (server, honest) => {
        assert(server && honest);
        let handedUp = 0;
        const accepting = (async () => {
          for await (const incoming of server.accept()) {
            const connection = await incoming.accept().catch(() => undefined);
            if (!connection) continue;
            if (connection.remoteId === honest.id) return connection;
            handedUp++;
          }
          throw new Error('the endpoint closed early');
        })();
        await dial.call(dialers, server.addr(), ALPN);
        const connection = await honest.connect(server.addr(), ALPN);
        assert.equal((await accepting).remoteId, honest.id);
        assert.equal(connection.remoteId, server.id);
        assert.equal(handedUp, 0);
      }));
  }

  test('garbage datagrams do not disturb an honest connection', () =>
    withEndpoints(transport, [{}, {}], async (a, b) => {
      assert(a && b);
      const [ab, ba] = await connectPair(a, b);
      const reading = first(ba.acceptUni()).then(readAll);
      const stream = await ab.openUni();
      stream.write(pattern(100_000, 1));
      await dialers.garbage(b.addr(), 20_260_101);
      stream.write(pattern(100_000, 2));
      stream.finish();
      assert.equal((await reading).length, 200_000);
    }));
}
