import { afterEach, describe, expect, test } from 'vitest';
import { JoinTimeoutError } from '../../src/gossip/join-timeout-error.js';
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
      cause: signal.reason,
      tried: [{ id: absent, dialFailures: expect.any(Number), lastDialError: expect.stringContaining('nobody') }],
    });
    expect(error.message).toMatch(
      new RegExp(`^no neighbor in time: ${absent.slice(0, 10)} could not be reached \\(\\dx, last: nobody answered at`),
    );
  });

  test('says so when nobody is known', async () => {
    swarm = new TestSwarm();
    const { session } = await swarm.listen(swarm.add());
    const refused = expect(session.joined(timeout(100))).rejects.toThrow('no peer of the topic is known');
    await swarm.clock.advance(200);
    await refused;
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
