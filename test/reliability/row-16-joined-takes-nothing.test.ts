import { expect, test } from 'vitest';
import { contentOf, numberOf } from './support/ledger.js';
import { TOPIC, useSwarm } from './support/swarm.js';

const swarm = useSwarm();

test('waiting for joined() takes no event away, however late the reader begins', async () => {
  const a = await (await swarm.current.start()).join();
  const b = await swarm.current.start();
  const topic = await b.gossip.subscribe(TOPIC, { bootstrap: [a.addr()] });
  await Promise.all([topic.joined(), topic.joined(), a.topic.joined()]);
  for (let i = 0; i < 100; i++) await a.topic.broadcast(contentOf(i, 64));
  await topic.joined();

  expect(await topic.next()).toEqual({ done: false, value: { type: 'neighborUp', peer: a.id } });
  const numbers: number[] = [];
  while (numbers.length < 100) {
    const { value } = await topic.next();
    if (value?.type !== 'received') throw new Error(`expected a message, got ${value?.type}`);
    numbers.push(numberOf(value.content));
  }
  expect(numbers.toSorted((x, y) => x - y)).toEqual(Array.from({ length: 100 }, (_, i) => i));
});
