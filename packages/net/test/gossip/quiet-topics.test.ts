import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { topicIdFromBytes } from '@grapevine/proto';
import { afterEach, describe, expect, test } from 'vitest';
import { TestSwarm } from '../support/swarm.js';

const WARM_UP = 300;
const TOPICS = 700;

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
    expect(swarm.clock.timers).toBeLessThanOrEqual(timers);
  });

  test('take no more than 3.8 kB of heap each, kernel and host together, with a reader and a neighbor', async () => {
    setFlagsFromString('--expose-gc');
    // Memory of code that is compiled meanwhile does not belong to a topic.
    for (const compiler of ['opt', 'maglev', 'sparkplug']) setFlagsFromString(`--no-${compiler}`);
    const collect = runInNewContext('gc') as () => void;
    const heap = () => {
      collect();
      collect();
      return process.memoryUsage().heapUsed;
    };
    swarm = new TestSwarm();
    const [a, b] = await swarm.grow(2);
    if (!a || !b) throw new Error('unreachable');
    const held: unknown[] = [];
    const share = async (first: number, count: number) => {
      for (let i = first; i < first + count; i++) {
        const sessions = [
          await a.node.subscribe(topicOf(i)),
          await b.node.subscribe(topicOf(i), { bootstrap: [a.endpoint.id] }),
        ];
        for (const session of sessions) held.push(session, session.next(), session.next());
      }
      await swarm?.clock.advance(300_000);
    };
    await share(0, WARM_UP); // so that code is compiled, and lists that grow have grown
    const before = heap();
    await share(WARM_UP, TOPICS);
    const each = (heap() - before) / (2 * TOPICS);
    console.log(`an idle topic: ${Math.round(each)} bytes`);
    expect(each).toBeLessThan(3_800);
    expect(held).toHaveLength(6 * (WARM_UP + TOPICS));
  });
});
