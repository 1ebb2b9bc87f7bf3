import { expect, test } from 'vitest';
import { quantile, report } from './support/figures.js';
import { Swarm } from './support/swarm.js';
import { atRate } from './support/until.js';

/** Later than this is a message that waited for its announcement's timer, in milliseconds. */
const LATE = 250;

/** Swarms, since not each of them has an unlucky tree. */
const SWARMS = 4;
const PUBLISH_MS = 4_000;

test('four nodes start publishing at once: the tree settles, and hardly anything is late', async () => {
  const delays: number[] = [];
  for (let i = 0; i < SWARMS; i++) delays.push(...(await delaysOf(new Swarm())));
  const share = (100 * delays.filter((delay) => delay > LATE).length) / delays.length;
  report({ row: 'T1', figure: `deliveries later than ${LATE} ms`, value: share, unit: '%' });
  report({ row: 'T1', figure: 'p99 of the delay', value: quantile(delays, 0.99), unit: 'ms' });
  expect(share).toBeLessThan(3);
});

async function delaysOf(swarm: Swarm): Promise<number[]> {
  const { ledger } = swarm;
  const all = await swarm.grow(4);
  const sentAt: number[] = [];
  const delays: number[] = [];
  for (const node of all)
    node.reader.onReceived = (number) => delays.push(performance.now() - (sentAt[number] as number));
  await atRate(100, PUBLISH_MS, async () => {
    for (const node of all) {
      sentAt[ledger.count] = performance.now(); // of the network, not of this loop
      await node.publish(300);
    }
  });
  expect(await ledger.imbalances(10_000)).toEqual([]);
  expect(ledger.told()).toEqual({});
  await swarm.close();
  return delays;
}
