import { expect, test } from 'vitest';
import { quantile, report } from './support/figures.js';
import { useSwarm } from './support/swarm.js';
import { atRate } from './support/until.js';

/** Later than this is a message that waited for its announcement's timer, in milliseconds. */
const LATE = 250;

const swarm = useSwarm();

test('four nodes start publishing at once: the tree settles, and hardly anything is late', async () => {
  const { ledger } = swarm.current;
  const all = await swarm.current.grow(4);
  const sentAt: number[] = [];
  const delays: number[] = [];
  for (const node of all)
    node.reader.onReceived = (number) => delays.push(performance.now() - (sentAt[number] as number));
  const publish = () =>
    atRate(100, 6_000, async () => {
      for (const node of all) {
        sentAt[ledger.count] = performance.now(); // of the network, not of this loop
        await node.publish(300);
      }
    });
  await publish();

  expect(await ledger.imbalances(10_000)).toEqual([]);
  expect(ledger.told()).toEqual({});
  const share = (100 * delays.filter((delay) => delay > LATE).length) / delays.length;
  report({ row: 'T1', figure: `deliveries later than ${LATE} ms`, value: share, unit: '%' });
  report({ row: 'T1', figure: 'p99 of the delay', value: quantile(delays, 0.99), unit: 'ms' });
  expect(share).toBeLessThan(3);
});
