import { afterEach, describe, expect, test } from 'vitest';
import { EndpointClosedError } from '../../src/errors.js';
import { type Listener, say, TestSwarm, TOPIC } from '../support/swarm.js';

let swarm: TestSwarm;
afterEach(() => swarm.close());

describe('an endpoint that is closed under a gossip node', () => {
  test('ends every reader with an error, after what was queued', async () => {
    swarm = new TestSwarm();
    const [a, b] = (await swarm.grow(2)) as [Listener, Listener];
    const late = await b.node.subscribe(TOPIC);
    await say(a, 'the last word');
    await swarm.clock.advance(500);
    await b.endpoint.close();
    await swarm.clock.advance(0);
    expect(await late.next()).toMatchObject({ value: { type: 'neighborUp' } });
    expect(await late.next()).toMatchObject({ value: { type: 'received' } });
    expect(await late.next()).toMatchObject({ value: { type: 'neighborDown' } });
    for (let i = 0; i < 2; i++) {
      await expect(late.next()).rejects.toMatchObject({ name: 'EndpointClosedError', code: 'ERR_ENDPOINT_CLOSED' });
    }
  });

  test('rejects what is asked of the node, also what was being waited for', async () => {
    swarm = new TestSwarm();
    const a = await swarm.listen(swarm.add());
    const joined = a.session.joined();
    const reading = (await a.node.subscribe(TOPIC)).next();
    const refusals = [joined, reading].map((waiting) => expect(waiting).rejects.toThrow(EndpointClosedError));
    await a.endpoint.close();
    await Promise.all(refusals);
    await expect(say(a, 'x')).rejects.toThrow(EndpointClosedError);
    await expect(a.session.joined()).rejects.toThrow(EndpointClosedError);
    await expect(a.node.subscribe(TOPIC)).rejects.toThrow(EndpointClosedError);
    expect((await a.node.snapshot()).topics).toMatchObject([{ activeView: [], subscribers: 0 }]);
  });

  test('is said in the log, and leaves no timer; shutdown after it is harmless', async () => {
    const errors: string[] = [];
    const logger = { debug() {}, info() {}, warn() {}, error: (_: object, message: string) => errors.push(message) };
    swarm = new TestSwarm({ logger });
    const [a, b] = (await swarm.grow(2)) as [Listener, Listener];
    await say(a, 'x');
    await Promise.all([a, b].map(({ endpoint }) => endpoint.close()));
    await swarm.clock.advance(0);
    expect(errors).toEqual(Array(2).fill('the endpoint is closed: this node has ended'));
    expect(swarm.clock.timers).toBe(0);
    await a.node.shutdown();
  });

  test('counts what was kept for the first neighbor as lost', async () => {
    swarm = new TestSwarm();
    const a = await swarm.listen(swarm.add());
    await say(a, 'never sent');
    await a.endpoint.close();
    await swarm.clock.advance(0);
    expect((await a.node.snapshot()).losses).toMatchObject({ unsent: 1 });
  });
});

test('a shutdown is no error: readers end', async () => {
  swarm = new TestSwarm();
  const a = await swarm.listen(swarm.add());
  const reading = a.node.subscribe(TOPIC).then((session) => session.next());
  const down = a.router.shutdown();
  await swarm.clock.advance(100);
  await down;
  expect(await reading).toEqual({ done: true, value: undefined });
});
