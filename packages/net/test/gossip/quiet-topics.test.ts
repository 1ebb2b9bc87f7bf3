import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { topicIdFromBytes } from '@grapevine/proto';
import { afterEach, describe, expect, test } from 'vitest';
import { LocalTopic, type LocalTopicHost } from '../../src/gossip/local-topic.js';
import { SharedBudget } from '../../src/gossip/shared-budget.js';
import { Subscription, type SubscriptionHost } from '../../src/gossip/subscription.js';
import type { EndpointId } from '../../src/identity/endpoint-id.js';
import { TestSwarm } from '../support/swarm.js';

const topicOf = (number: number) => {
  const bytes = Buffer.alloc(32);
  bytes.writeUInt32LE(number);
  return topicIdFromBytes(bytes);
};

let swarm: TestSwarm | undefined;
afterEach(async () => {
  await swarm?.close();
  swarm = undefined;
});

describe('topics in which nothing happens', () => {
  test('arm no timer each, with neighbors or without', async () => {
    swarm = new TestSwarm();
    const [a, b] = await swarm.grow(2);
    if (!a || !b) throw new Error('unreachable');
    await swarm.clock.advance(2_000); // new members have asked for others
    const timers = swarm.clock.timers;
    for (let i = 0; i < 1_000; i++) {
      await a.node.subscribe(topicOf(i));
      await b.node.subscribe(topicOf(i), i < 100 ? { bootstrap: [a.endpoint.id] } : {});
    }
    await swarm.clock.advance(2_000);
    const { topics } = await b.node.snapshot();
    expect(topics.filter(({ activeView }) => activeView.length > 0)).toHaveLength(101);
    expect(swarm.clock.timers).toBe(timers);
  });

  test('cost the host less than a kilobyte of heap each, with a reader and a neighbor', async () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const heap = () => {
      collect();
      collect();
      return process.memoryUsage().heapUsed;
    };
    const host = { search: () => undefined } as unknown as LocalTopicHost; // nothing else is needed while nothing happens
    const queue = { capacity: 2_048, budget: new SharedBudget(1_000_000) };
    const COUNT = 10_000;
    const ids = Array.from({ length: COUNT }, (_, i) => topicOf(i));
    const held: unknown[] = new Array(3 * COUNT);
    const before = heap();
    for (const [i, id] of ids.entries()) {
      const local = new LocalTopic(id, host);
      const subscription = new Subscription(local, {} as SubscriptionHost, queue, false);
      local.neighborUp('neighbor' as EndpointId);
      held[i] = local;
      held[COUNT + i] = subscription;
      held[2 * COUNT + i] = subscription.next();
    }
    expect((heap() - before) / COUNT).toBeLessThan(1_024);
    expect(held).toHaveLength(3 * COUNT);
  });
});
