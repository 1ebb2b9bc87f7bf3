import { afterEach, describe, expect, test } from 'vitest';
import { JoinTimeoutError } from '../../src/gossip/join-timeout-error.js';
import type { EndpointId } from '../../src/identity/endpoint-id.js';
import { type Listener, TestSwarm, TOPIC } from '../support/swarm.js';

let swarm: TestSwarm;
afterEach(() => swarm.close());

/** A signal like `AbortSignal.timeout`, by the clock of the swarm. */
function timeout(ms: number): AbortSignal {
  const controller = new AbortController();
  swarm.clock.setTimer(() => controller.abort(new DOMException('too late', 'TimeoutError')), ms);
  return controller.signal;
}

/** A node that waits for one that is not there. */
async function lonely(): Promise<{ readonly waiting: Listener; readonly absent: string }> {
  swarm = new TestSwarm({}, { handshakeTimeoutMs: 300 });
  const absent = swarm.add();
  swarm.network.vanish(absent.endpoint);
  return { waiting: await swarm.listen(swarm.add(), [absent]), absent: absent.endpoint.id };
}

describe('joined() that takes too long', () => {
  test('says whom it has tried, and why each could not be reached', async () => {
    const { waiting, absent } = await lonely();
    const signal = timeout(5_000);
    const refused = waiting.session.joined(signal).catch((error) => error);
    await swarm.clock.advance(6_000);
    const error = await refused;
    expect(error).toBeInstanceOf(JoinTimeoutError);
    expect(error).toMatchObject({
      name: 'JoinTimeoutError',
      code: 'ERR_JOIN_TIMEOUT',
      cause: { message: expect.stringContaining('nobody answered at'), cause: signal.reason },
      tried: [{ id: absent, dialFailures: expect.any(Number), lastDialError: expect.stringContaining('nobody') }],
    });
    expect(error.message).toMatch(
      new RegExp(`^no neighbor in time: ${absent.slice(0, 10)} could not be reached \\(\\dx, last: nobody answered at`),
    );
  });

  test('says so when nobody is known', async () => {
    swarm = new TestSwarm();
    const { session } = await swarm.listen(swarm.add());
    const signal = timeout(100);
    const refused = session.joined(signal).catch((error) => error);
    await swarm.clock.advance(200);
    expect(await refused).toMatchObject({
      message: expect.stringContaining('no peer of the topic is known'),
      cause: signal.reason,
    });
  });

  test('names few of many', async () => {
    swarm = new TestSwarm({}, { handshakeTimeoutMs: 300 });
    const absent = Array.from({ length: 20 }, () => swarm.add());
    for (const { endpoint } of absent) swarm.network.vanish(endpoint);
    const { session } = await swarm.listen(swarm.add(), absent);
    const refused = session.joined(timeout(1_000)).catch((error) => error);
    await swarm.clock.advance(2_000);
    const error = await refused;
    expect(error.tried).toHaveLength(16);
    expect(error.message).toMatch(/; and 12 more$/);
  });

  test('an abort for another reason rejects with that reason', async () => {
    const { waiting } = await lonely();
    const controller = new AbortController();
    const refused = waiting.session.joined(controller.signal).catch((error) => error);
    controller.abort();
    expect(await refused).toBe(controller.signal.reason);
    expect(await waiting.session.joined(AbortSignal.timeout(0)).catch((error) => error)).toMatchObject({ tried: [{}] });
  });
});

test('a peer that could not be reached is in every snapshot until it is', async () => {
  const { waiting, absent } = await lonely();
  await swarm.clock.advance(1_000);
  const states = new Set<string>();
  for (let i = 0; i < 600; i++) {
    await swarm.clock.advance(100);
    const { peers } = await waiting.node.snapshot();
    expect(peers).toMatchObject([{ id: absent, lastDialError: expect.stringContaining('nobody answered') }]);
    states.add(peers[0]?.state as string);
  }
  expect([...states].sort()).toEqual(['backing-off', 'dialing']);
});

test('and is forgotten ten minutes after nobody dials it any more', async () => {
  const { waiting } = await lonely();
  await swarm.clock.advance(5_000);
  waiting.session.closeSender();
  waiting.session.closeReceiver();
  await swarm.clock.advance(590_000);
  expect((await waiting.node.snapshot()).peers).toHaveLength(1);
  await swarm.clock.advance(20_000);
  expect((await waiting.node.snapshot()).peers).toEqual([]);
  expect(await waiting.node.subscribe(TOPIC)).toBeDefined();
});

test('of a hundred thousand bootstrap peers the latest 256 are asked', async () => {
  swarm = new TestSwarm();
  const { node } = swarm.add();
  const many = Array.from({ length: 100_000 }, (_, i) => `${i}`.padStart(64, '0') as EndpointId);
  const session = await node.subscribe(TOPIC, { bootstrap: many.slice(0, 50_000) });
  await session.send({ type: 'joinPeers', peers: many.slice(50_000) });
  await swarm.clock.advance(60_000);
  const { peers } = await node.snapshot();
  expect(peers.length).toBeLessThanOrEqual(2 * 256);
  expect(peers.map(({ id }) => id)).toContain(many.at(-1));
});

describe('a peer that closes its connection in good order in the moment in which it is asked', () => {
  /** It does so with the first connections, as many as given. @returns when the node has a neighbor, in milliseconds */
  async function joinedAfter(closed: number) {
    swarm = new TestSwarm({}, { latencyMs: 10 });
    let connections = 0;
    const peer = swarm.add({}, {}, (router, node) =>
      router.accept(node.alpn, {
        accept: (connection) => {
          if (connections++ < closed) swarm.clock.setTimer(() => connection.close(0, 'done'), 1);
          else node.accept(connection);
        },
      }),
    );
    const first = await swarm.listen(peer);
    const { session } = await swarm.listen(swarm.add(), [first]);
    const from = swarm.clock.now();
    await swarm.clock.until(() => session.neighbors().length > 0, 10_000);
    return { ms: swarm.clock.now() - from, connections: () => connections };
  }

  test('is asked again at once: a topic is left and entered again without a pause', async () => {
    expect((await joinedAfter(1)).ms).toBeLessThan(150); // half a second and more, when the next round had to come
  });

  test('is asked twice in a round when it goes on', async () => {
    const { ms, connections } = await joinedAfter(4);
    expect(connections()).toBe(5);
    expect(ms).toBeGreaterThan(1_000); // the second round begins after 500 ms, the third a second later
  });
});

/** How long a node that is alone waits for the one of its bootstrap peers that is in the topic again; the others say that they are not. */
test('of twelve bootstrap peers that are all there, eleven of them not in the topic, the twelfth is met in the next round', async () => {
  swarm = new TestSwarm();
  const bootstrap = Array.from({ length: 12 }, () => swarm.add());
  const { session } = await swarm.listen(swarm.add(), bootstrap);
  await swarm.clock.advance(30_000);
  expect(session.neighbors()).toEqual([]);
  const last = await swarm.listen(bootstrap[6] as (typeof bootstrap)[number]);
  const from = swarm.clock.now();
  await swarm.clock.until(() => session.neighbors().includes(last.endpoint.id), 60_000);
  expect(swarm.clock.now() - from).toBeLessThan(10_500); // 35 s, when each round asked three
});
