import { afterEach, describe, expect, test } from 'vitest';
import { MessageTooLargeError } from '../../src/errors.js';
import { type Listener, say, TestSwarm } from '../support/swarm.js';

let swarm: TestSwarm;
afterEach(() => swarm.close());

describe('the content of a message', () => {
  test('of every size from nothing to the limit crosses three hops', async () => {
    // A chain: each node has room for two neighbors, and knows only the one before it.
    swarm = new TestSwarm({
      config: { maxMessageSize: 700, membership: { activeViewCapacity: 2 } },
      shareAddresses: false,
    });
    const chain: Listener[] = [];
    for (let i = 0; i < 4; i++) {
      chain.push(await swarm.listen(swarm.add(), chain.slice(-1)));
      await swarm.clock.advance(1_000);
    }
    const [first, , , last] = chain as [Listener, Listener, Listener, Listener];
    expect(first.session.neighbors()).toHaveLength(1);
    const limit = first.session.maxContentLength('swarm');
    for (let size = 0; size <= limit; size++) {
      await first.session.send({
        type: 'broadcast',
        content: Buffer.alloc(size, 1),
        scope: 'swarm',
        whenAlone: 'keep',
      });
    }
    await swarm.clock.advance(5_000);
    const received = last.events.flatMap((event) => (event.type === 'received' ? [event] : []));
    expect(received.map(({ content: { length } }) => length).toSorted((a, b) => a - b)).toEqual(
      Array.from({ length: limit + 1 }, (_, i) => i),
    );
    expect(Math.max(...received.map(({ scope }) => (scope.type === 'swarm' ? scope.round : 0)))).toBe(2);
  });

  test('with one byte more is refused at the call, naming the limit; the next small one arrives', async () => {
    swarm = new TestSwarm();
    const [a, b] = (await swarm.grow(2)) as [Listener, Listener];
    const limit = a.session.maxContentLength('swarm');
    const send = (size: number) =>
      a.session.send({ type: 'broadcast', content: Buffer.alloc(size), scope: 'swarm', whenAlone: 'keep' });
    await expect(send(limit + 1)).rejects.toThrow(MessageTooLargeError);
    await expect(send(limit + 1)).rejects.toThrow(`over the limit of ${limit} bytes`);
    await say(a, 'small');
    await send(limit);
    await swarm.clock.advance(500);
    expect(
      b.events.flatMap((event) => (event.type === 'received' ? [event.content.length] : [])).toSorted((x, y) => x - y),
    ).toEqual([5, limit]);
  });

  test('that is over the limit of a peer ends the connection with a reason, instead of silence', async () => {
    swarm = new TestSwarm();
    const reasons: unknown[] = [];
    const logger = { debug: (fields: object) => reasons.push(fields), info() {}, warn() {}, error() {} };
    const a = await swarm.listen(swarm.add({ logger }));
    const b = await swarm.listen(swarm.add({ config: { maxMessageSize: 600 } }), [a]);
    await swarm.clock.until(() => b.session.neighbors().length > 0);
    await swarm.clock.advance(500);
    await a.session.send({ type: 'broadcast', content: Buffer.alloc(1_000), scope: 'swarm', whenAlone: 'keep' });
    await swarm.clock.advance(300);
    expect(JSON.stringify(reasons)).toContain('over the limit of 600');
    expect(a.events.some((event) => event.type === 'neighborDown')).toBe(true);
  });
});
