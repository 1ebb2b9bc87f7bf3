import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { EndpointClosedError } from '../errors.js';
import { SecretKey } from '../identity/secret-key.js';
import type { Connection } from '../transport/seam.js';
import type { TestRunner, TransportUnderTest } from './setup.js';
import {
  ALPN,
  acceptOne,
  connectPair,
  failsToConnect,
  letEverybodyIn,
  nextIncoming,
  pattern,
  readAll,
  withEndpoints,
  withPair,
} from './support.js';

/** Who gets a connection, and who does not. */
export function handshakeTests(transport: TransportUnderTest, test: TestRunner['test']): void {
  test('both sides know the other id, the protocol and who dialed', () =>
    withPair(transport, async ({ a, b, ab, ba }) => {
      assert.equal(ab.remoteId, b.id);
      assert.equal(ba.remoteId, a.id);
      assert.equal(ab.alpn, ALPN);
      assert.equal(ba.alpn, ALPN);
      assert.equal(ab.side, 'dialed');
      assert.equal(ba.side, 'accepted');
      assert.notEqual(ab.stableId, ba.stableId);
    }));

  test('a given key is the identity', () => {
    const secretKey = SecretKey.fromBytes(new Uint8Array(32).fill(7));
    return withEndpoints(transport, [{ secretKey }], async (a) => assert.equal(a?.id, secretKey.id));
  });

  test('a bare id is dialed through the address lookup', () =>
    withEndpoints(transport, [{}, {}], async (a, b) => {
      assert(a && b);
      await failsToConnect(a.connect(b.id, ALPN), 'no-address');
      a.addressLookup.add(b.addr(), 'user');
      const accepted = acceptOne(b);
      assert.equal((await a.connect(b.id, ALPN)).remoteId, b.id);
      await accepted;
    }));

  test('an endpoint does not dial itself', () =>
    withEndpoints(transport, [{}], async (a) => {
      assert(a);
      await failsToConnect(a.connect(a.addr(), ALPN), 'self');
    }));

  test('somebody else at the address is an identity mismatch, and nothing is handed up', () =>
    withEndpoints(transport, [{}, {}], async (a, b) => {
      assert(a && b);
      const expected = SecretKey.generate().id;
      const accepted = acceptOne(b).catch(() => undefined);
      await failsToConnect(a.connect({ ...b.addr(), id: expected }, ALPN), 'identity-mismatch');
      await b.close();
      const connection = await accepted;
      if (connection) await connection.closed;
    }));

  test('a protocol that the peer does not speak is an alpn mismatch', () =>
    withEndpoints(transport, [{}, {}], async (a, b) => {
      assert(a && b);
      void (async () => {
        for await (const incoming of b.accept()) incoming.accept().catch(() => {});
      })();
      await failsToConnect(a.connect(b.addr(), 'something-else/1'), 'alpn-mismatch');
      assert.equal((await a.connect(b.addr(), ALPN)).remoteId, b.id, 'the endpoint still answers');
    }));

  test('a refused dial fails as refused', () =>
    withEndpoints(transport, [{}, {}], async (a, b) => {
      assert(a && b);
      const refusal = nextIncoming(b).then((incoming) => incoming.refuse());
      await failsToConnect(a.connect(b.addr(), ALPN), 'refused');
      await refusal;
      // Packets of the refused client may still arrive, as another request: from now on everybody is let in.
      void letEverybodyIn(b);
      const again = await a.connect(b.addr(), ALPN);
      assert.equal(again.remoteId, b.id, 'the next dial is decided anew');
    }));

  test('leaving a loop over accept() ends nothing: who dials meanwhile waits, and the next loop lets it in', () =>
    withEndpoints(transport, [{}, {}, {}], async (a, b, hub) => {
      assert(a && b && hub);
      const letIn: Connection[] = [];
      const letOneIn = async (): Promise<void> => {
        for await (const incoming of hub.accept()) {
          letIn.push(await incoming.accept());
          break;
        }
      };
      const [first] = await Promise.all([a.connect(hub.addr(), ALPN), letOneIn()]);
      const dial = b.connect(hub.addr(), ALPN); // nobody asks who comes
      let isDone = false;
      void dial.then(() => {
        isDone = true;
      });
      await carries(first, letIn[0] as Connection); // the first one is none the worse
      assert.equal(isDone, false);
      await letOneIn();
      await carries(await dial, letIn[1] as Connection);
      assert.deepEqual(
        letIn.map(({ remoteId }) => remoteId),
        [a.id, b.id],
      );
    }));

  test('a dial that nobody answers times out', () =>
    withEndpoints(transport, [{ handshakeTimeoutMs: 300 }], async (a) => {
      assert(a);
      await failsToConnect(a.connect(await transport.deadAddr(SecretKey.generate().id), ALPN), 'timeout');
    }));

  test('an aborted dial rejects with the reason of the signal', () =>
    withEndpoints(transport, [{}], async (a) => {
      assert(a);
      const controller = new AbortController();
      const reason = new Error('changed my mind');
      const dial = a.connect(await transport.deadAddr(SecretKey.generate().id), ALPN, { signal: controller.signal });
      setImmediate(() => controller.abort(reason));
      await assert.rejects(dial, (error) => error === reason);
      await assert.rejects(a.connect(a.addr(), ALPN, { signal: controller.signal }), (error) => error === reason);
    }));

  test('many dials with one signal listen to it once', () =>
    withEndpoints(transport, [{}], async (a) => {
      assert(a);
      const controller = new AbortController();
      const { signal } = controller;
      const addr = await transport.deadAddr(SecretKey.generate().id);
      const dials = Array.from({ length: 12 }, () => a.connect(addr, ALPN, { signal }));
      const given = Promise.allSettled(dials);
      await new Promise(setImmediate); // some listen later
      assert.ok(getEventListeners(signal, 'abort').length <= 1);
      controller.abort(new Error('changed my mind'));
      for (const { status } of await given) assert.equal(status, 'rejected');
      assert.equal(getEventListeners(signal, 'abort').length, 0);
    }));

  test('an endpoint that closes while dialing rejects the dial', () =>
    withEndpoints(transport, [{}], async (a) => {
      assert(a);
      const dial = a.connect(await transport.deadAddr(SecretKey.generate().id), ALPN);
      setImmediate(() => void a.close());
      await assert.rejects(dial, EndpointClosedError);
      await assert.rejects(a.connect(SecretKey.generate().id, ALPN), EndpointClosedError);
    }));

  test('two endpoints that dial each other at once get two usable connections', () =>
    withEndpoints(transport, [{}, {}], async (a, b) => {
      assert(a && b);
      const accepting = [acceptOne(a), acceptOne(b)] as const;
      const [ab, ba] = await Promise.all([a.connect(b.addr(), ALPN), b.connect(a.addr(), ALPN)]);
      const [fromB, fromA] = await Promise.all(accepting);
      await Promise.all([carries(ab, fromA), carries(ba, fromB)]);
    }));

  test('200 connections to one endpoint', () =>
    withEndpoints(transport, [{}, {}, {}], async (a, b, hub) => {
      assert(a && b && hub);
      const accepted = (async () => {
        const connections: Connection[] = [];
        for await (const incoming of hub.accept()) {
          connections.push(await incoming.accept());
          if (connections.length === 200) return connections;
        }
        throw new Error('the endpoint closed early');
      })();
      const dialed: Connection[] = [];
      for (let i = 0; i < 100; i++)
        dialed.push(...(await Promise.all([a, b].map((from) => from.connect(hub.addr(), ALPN)))));
      const there = await accepted;
      await Promise.all(
        there.map(async (connection, i) => {
          const stream = await connection.openUni();
          stream.write(pattern(100, i + 1));
          stream.finish();
        }),
      );
      const received = await Promise.all(
        dialed.map(async (connection) => {
          for await (const stream of connection.acceptUni()) return (await readAll(stream)).length;
          return 0;
        }),
      );
      assert.deepEqual(received, new Array(200).fill(100));
    }));

  const { ipv6 } = transport;
  if (!('skip' in ipv6)) {
    test('IPv6 loopback', async () => {
      const endpoints = await Promise.all([ipv6.create({ alpns: [ALPN] }), ipv6.create({ alpns: [ALPN] })]);
      const [a, b] = endpoints;
      try {
        await carries(...(await connectPair(a, b)));
      } finally {
        await Promise.all(endpoints.map((endpoint) => endpoint.close()));
      }
    });
  }
}

/** One uni stream with a few bytes gets from one end to the other. */
async function carries(from: Connection, to: Connection): Promise<void> {
  const stream = await from.openUni();
  stream.write(pattern(1000));
  stream.finish();
  for await (const received of to.acceptUni()) {
    assert.deepEqual(await readAll(received), Buffer.from(pattern(1000)));
    return;
  }
  assert.fail('the connection closed early');
}
