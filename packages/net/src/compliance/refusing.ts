import assert from 'node:assert/strict';
import type { TestRunner, TransportUnderTest } from './setup.js';
import { ALPN, acceptOne, failsToConnect, withEndpoints } from './support.js';

/** Hosts that are not let in any more, where a transport can refuse them. */
export function refusingTests(transport: TransportUnderTest, test: TestRunner['test']): void {
  test('from the host of a refused connection nobody new gets in for a while; who is connected stays, and our dials go there', () =>
    withEndpoints(transport, [{}, {}, {}], async (a, b, other) => {
      assert(a && b && other);
      const [ab, ba] = await Promise.all([a.connect(b.addr(), ALPN), acceptOne(b)]);
      assert(ba.refuseHost, 'a transport that cannot says so');
      ba.refuseHost(60_000);
      await failsToConnect(other.connect(b.addr(), ALPN), 'refused');
      await Promise.all([
        ab.openUni().then((stream) => stream.write(Uint8Array.of(1))),
        ba.acceptUni()[Symbol.asyncIterator]().next(),
      ]);
      const [, there] = await Promise.all([b.connect(other.addr(), ALPN), acceptOne(other)]);
      assert.equal(there.remoteId, b.id);
    }));
}
