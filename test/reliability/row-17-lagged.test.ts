import { expect, test } from 'vitest';
import { TOPIC, useSwarm } from './support/swarm.js';
import { until } from './support/until.js';

const MESSAGES = 300;
const swarm = useSwarm();

test('a reader that lags is told how many it missed and why, and still knows its neighbors', async () => {
  const { ledger } = swarm.current;
  const [a, b] = await swarm.current.grow(2);
  if (!a || !b) throw new Error('there are two');
  const slow = await b.gossip.subscribe(TOPIC, { queueCapacity: 10 });
  for (let i = 0; i < MESSAGES; i++) await a.publish();
  await until('every message at the fast reader', () => b.reader.received === MESSAGES);

  const account = ledger.reader('slow');
  let told = 0;
  for (let read = 0; read + told < MESSAGES; ) {
    const { value } = await slow.next();
    if (!value) throw new Error('the topic has ended');
    account.note(value);
    if (value.type === 'received') read++;
    if (value.type === 'lagged') told += value.missed;
  }
  expect(Object.keys(account.told)).toEqual(['slow-reader']);
  // One of the events that it missed may be the neighborUp.
  expect(MESSAGES - account.received).toBeLessThanOrEqual(told);
  expect(told - (MESSAGES - account.received)).toBeLessThanOrEqual(1);
  expect(slow.neighbors()).toEqual([a.id]);
  account.excuse(0, Number.POSITIVE_INFINITY); // balanced above
  expect(await ledger.imbalances(0)).toEqual([]);
});
