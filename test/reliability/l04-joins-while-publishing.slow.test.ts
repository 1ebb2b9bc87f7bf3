import { expect, test } from 'vitest';
import { report } from './support/figures.js';
import { Ledger } from './support/ledger.js';
import { useProcesses } from './support/process-node.js';
import { starved } from './support/starved.js';

// Twelve processes that share what is left of one core: one publishes as fast as it may while the others are still joining.

const MEMBERS = 12;
const MESSAGES = 25_000;

const processes = useProcesses();

test('joins while somebody publishes fast, on a busy machine: every message arrives or is told', async () => {
  const ledger = new Ledger();
  const prefix = starved('L4');
  const all = await Promise.all(
    Array.from({ length: MEMBERS }, (_, i) => processes.start(ledger, { name: `member ${i}`, prefix })),
  );
  const [publisher, ...others] = all;
  if (!publisher) throw new Error('there is a first');
  await publisher.join();
  for (const other of others) await other.join(publisher.ticket);

  const began = performance.now();
  await publisher.publish(MESSAGES, { size: 100, timeoutMs: 240_000 });
  expect(await ledger.imbalances(120_000)).toEqual([]);
  const told = ledger.toldInAll();
  const wanted = MESSAGES * (MEMBERS - 1);
  report({
    row: 'L4',
    figure: `${wanted} deliveries to members that were joining, in`,
    value: (performance.now() - began) / 1000,
    unit: 's',
  });
  report({ row: 'L4', figure: `of ${wanted} deliveries told as lost`, value: told, unit: 'messages' });
  // To be told of a loss is honest, and has to be the exception.
  expect(told).toBeLessThan(wanted / 20);
});
