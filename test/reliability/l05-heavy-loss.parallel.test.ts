import { setTimeout } from 'node:timers/promises';
import { faultySocket } from '@grapevine/net/compliance';
import { expect, test } from 'vitest';
import { quantile, report } from './support/figures.js';
import { useSwarm } from './support/swarm.js';

const MESSAGES = 200;
const swarm = useSwarm();

const lossy = (seed: number) => ({
  endpoint: { socket: () => faultySocket({ seed, loss: 0.3, reorder: 0.05, duplicate: 0.02 }) },
});

test('30 % of the datagrams are lost: eight nodes deliver everything', async () => {
  const { ledger } = swarm.current;
  const all = await swarm.current.grow(8, (i) => lossy(500 + i));
  const began = performance.now();
  await Promise.all(
    all.map(async (node) => {
      for (let i = 0; i < MESSAGES; i++) {
        await node.publish(300);
        await setTimeout(20);
      }
    }),
  );
  expect(await ledger.imbalances(60_000)).toEqual([]);
  expect(ledger.told()).toEqual({});
  expect(ledger.deliveries()).toBe(8 * 7 * MESSAGES);
  report({
    row: 'L5',
    figure: `${8 * 7 * MESSAGES} deliveries through 30 % loss in`,
    value: (performance.now() - began) / 1000,
    unit: 's',
  });
});

test('30 % of the datagrams are lost: joins succeed', async () => {
  const host = await (await swarm.current.start(lossy(1))).join();
  const times = await Promise.all(
    Array.from({ length: 20 }, async (_, i) => {
      const node = await swarm.current.start({ ...lossy(100 + i), gossip: { shareAddresses: false } });
      const began = performance.now();
      await node.join([host]);
      await node.topic.joined({ signal: AbortSignal.timeout(30_000) });
      return performance.now() - began;
    }),
  );
  expect(quantile(times, 0.95)).toBeLessThan(20_000);
  report({ row: 'L5', figure: 'slowest of 20 joins through 30 % loss', value: quantile(times, 1) / 1000, unit: 's' });
});
