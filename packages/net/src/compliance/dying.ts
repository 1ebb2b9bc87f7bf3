import assert from 'node:assert/strict';
import { ConnectionClosedError, EndpointClosedError } from '../errors.js';
import type { DyingEndpoint, EndpointRequest, TestRunner, TransportUnderTest } from './setup.js';
import { ALPN, acceptOne, ends, first, pattern, withEndpoints } from './support.js';

/** What is heard of an endpoint whose socket dies under it. */
export function dyingTests(
  transport: TransportUnderTest,
  create: (request: EndpointRequest) => Promise<DyingEndpoint>,
  test: TestRunner['test'],
): void {
  test('a socket that dies ends the endpoint and all that is on it, and everything names the cause', () =>
    withEndpoints(transport, [{}], async (peer) => {
      assert(peer);
      const { endpoint, die } = await create({ alpns: [ALPN] });
      const accepted = acceptOne(peer);
      const connection = await endpoint.connect(peer.addr(), ALPN);
      const there = await accepted;
      (await there.openUni()).write(pattern(10));
      const incoming = await first(connection.acceptUni());
      await incoming.read();
      const reading = incoming.read();
      const sending = await connection.openUni();
      const accepting = ends(endpoint.accept());
      const addrs = endpoint.watchAddr()[Symbol.asyncIterator]();
      await addrs.next();
      const watching = addrs.next();

      const error = new Error('the network is down');
      die(error);

      assert.deepEqual(await endpoint.closed, { type: 'error', error });
      const reason = await connection.closed;
      assert(reason.type === 'error' && reason.message.includes(error.message), JSON.stringify(reason));
      await assert.rejects(
        reading,
        (raised) => raised instanceof ConnectionClosedError && raised.message.includes(error.message),
      );
      assert.equal(await sending.stopped, undefined);
      assert(await accepting);
      assert.equal((await watching).done, true);
      await assert.rejects(
        endpoint.connect(peer.addr(), ALPN),
        (raised) => raised instanceof EndpointClosedError && raised.message.includes(error.message),
      );
      await endpoint.close();
      assert.deepEqual(await endpoint.closed, { type: 'error', error }, 'it stays what it was');
    }));
}
