import { describe, expect, test } from 'vitest';
import { type Message, type PartialConfig, State, seededRng, type TopicId, topicId } from '../src/index.js';
import { FairBudget } from '../src/structures/fair-budget.js';
import { idOf, payload, utf8 } from './helper/node.js';
import { testSeed } from './helper/swarm.js';

const topicOf = (number: number): TopicId => topicId(number.toString(16).padStart(64, '0'));

/** A node with one neighbor in several topics. */
class BusyNode {
  now = 0;
  readonly state: State<number>;

  constructor(topics: number, hardened: PartialConfig['hardened'], mode: PartialConfig['mode'] = 'hardened') {
    this.state = new State({ me: 0, rng: seededRng(testSeed(1)), config: { mode, ...(hardened && { hardened }) } });
    for (let topic = 0; topic < topics; topic++) {
      this.state.handle({ type: 'command', topic: topicOf(topic), command: { type: 'join', peers: [] } }, 0);
      this.receive(topic, { type: 'neighbor', priority: 'high', data: undefined });
    }
  }

  receive(topic: number, message: Message<number>) {
    return this.state.handle({ type: 'recvMessage', from: 1, topic: topicOf(topic), message }, this.now);
  }

  publish(topic: number, count: number): void {
    for (let i = 0; i < count; i++) this.receive(topic, payload(`${topic}/${i}`));
  }

  announce(topic: number, count: number): void {
    const messages = Array.from({ length: count }, (_, i) => ({ id: idOf(utf8(`${topic}/${i}`)), round: 1 }));
    this.receive(topic, { type: 'ihave', messages });
  }

  snapshot(topic: number) {
    const snapshot = this.state.snapshot(topicOf(topic));
    if (snapshot === undefined) throw new Error('the topic is not joined');
    return snapshot;
  }

  counts(): number[] {
    return this.state.topics().map((topic) => this.state.snapshot(topic)?.payloadCache.count ?? 0);
  }
}

describe('the payloads that a node keeps', () => {
  test('are bounded over all topics: who has most gives up its oldest, who has less than a fair share nothing', () => {
    const node = new BusyNode(4, { nodeCacheMaxCount: 100 });
    node.publish(0, 200);
    for (const topic of [1, 2, 3]) node.publish(topic, 10);
    expect(node.counts()).toEqual([70, 10, 10, 10]);
    expect(node.state.stats().evictedPayloads).toBe(130);
    node.publish(1, 200);
    expect(node.counts().reduce((a, b) => a + b)).toBe(100);
    const [first = 0, second = 0, ...others] = node.counts();
    expect(others).toEqual([10, 10]);
    expect(Math.min(first, second)).toBeGreaterThanOrEqual(25);
  });

  test('are bounded in bytes, too', () => {
    const node = new BusyNode(2, { nodeCacheMaxBytes: 400 });
    node.publish(0, 100);
    node.publish(1, 10);
    const bytes = node.snapshot(0).payloadCache.bytes + node.snapshot(1).payloadCache.bytes;
    expect(bytes).toBeLessThanOrEqual(400);
    expect(node.snapshot(1).payloadCache.count).toBe(10);
  });

  test('stay known without their content when they had to go', () => {
    const node = new BusyNode(1, { nodeCacheMaxCount: 5 });
    node.publish(0, 8);
    const entries = [...node.state.window(topicOf(0), 0)];
    expect(entries.map(({ content }) => content !== undefined)).toEqual([
      false,
      false,
      false,
      true,
      true,
      true,
      true,
      true,
    ]);
  });

  test('make room when a topic is left', () => {
    const node = new BusyNode(2, { nodeCacheMaxCount: 100, nodeIdMaxCount: 100, nodeMissing: 10 });
    node.publish(0, 100);
    node.state.handle({ type: 'command', topic: topicOf(0), command: { type: 'quit' } }, 0);
    node.publish(1, 100);
    expect(node.snapshot(1)).toMatchObject({ payloadCache: { count: 100 }, seenIds: 100 });
    expect(node.state.stats().evictedPayloads).toBe(0);
  });

  test('are bounded per topic only in the reference', () => {
    const node = new BusyNode(2, { nodeCacheMaxCount: 10 }, 'reference');
    for (const topic of [0, 1]) node.publish(topic, 20);
    expect(node.counts()).toEqual([20, 20]);
  });
});

describe('the ids that a node remembers', () => {
  test('are bounded over all topics, with fair shares', () => {
    const node = new BusyNode(3, { nodeIdMaxCount: 90 });
    node.publish(0, 300);
    node.publish(1, 20);
    node.publish(2, 20);
    expect([0, 1, 2].map((topic) => node.snapshot(topic).seenIds)).toEqual([50, 20, 20]);
    expect([...node.state.window(topicOf(0), 0)]).toHaveLength(50);
  });
});

describe('the payloads that a node lacks', () => {
  /** For how many a timer runs. */
  const asked = (node: BusyNode, topic: number, count: number): number => {
    const messages = Array.from({ length: count }, (_, i) => ({ id: idOf(utf8(`${topic}/${i}`)), round: 1 }));
    return node
      .receive(topic, { type: 'ihave', messages })
      .filter((output) => output.type === 'scheduleTimer' && output.timer.task.type === 'sendGraft').length;
  };

  test('are asked for within a bound, and a topic below its fair share can always ask', () => {
    const node = new BusyNode(2, { nodeMissing: 100 });
    expect(asked(node, 0, 300)).toBe(100);
    expect(asked(node, 1, 300)).toBe(50);
    expect(node.snapshot(0).missingPayloads).toBe(300);
  });

  test('are known within a larger one', () => {
    const node = new BusyNode(1, { nodeMissing: 10 });
    node.announce(0, 100);
    expect(node.snapshot(0).missingPayloads).toBe(40);
    expect(node.state.stats().droppedAnnouncements).toBe(60);
  });
});

test('a budget finds who is over its share at constant cost, however many hold something', () => {
  let looks = 0;
  const amounts = new Map<number, number>();
  const budget = new FairBudget<number>(10_000, (holder) => {
    looks++;
    return amounts.get(holder) ?? 0;
  });
  const change = (holder: number, by: number): void => {
    amounts.set(holder, (amounts.get(holder) ?? 0) + by);
    budget.changed(holder, by);
  };
  // All take in turns, and ask for far more than there is.
  for (let i = 0; i < 100_000; i++) {
    const holder = (i * 7919) % 1_000;
    change(holder, 1);
    while (budget.isExceeded) change(budget.overdrawn(holder), -1);
  }
  expect(budget.total).toBe(10_000);
  expect(Math.min(...amounts.values())).toBeGreaterThanOrEqual(9);
  expect(looks / 100_000).toBeLessThan(20);
});
