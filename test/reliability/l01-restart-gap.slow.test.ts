import { expect, test } from 'vitest';
import { report } from './support/figures.js';
import { Ledger } from './support/ledger.js';
import { newKey, useProcesses } from './support/process-node.js';

// A member is killed, and starts again with the same key before the others notice. They see a new connection replace the old one, and no
// neighborDown. What was published in between must reach it all the same.

const processes = useProcesses();

test.each([
  { others: 1, count: 8, pauseMs: 500 },
  { others: 1, count: 66, pauseMs: 45 },
  { others: 2, count: 66, pauseMs: 45 },
])('$count messages of a gap reach the member that was killed and came back, beside $others others', async (gap) => {
  const ledger = new Ledger();
  const secretKey = newKey();
  const [first, ...rest] = await Promise.all(
    Array.from({ length: gap.others }, (_, i) => processes.start(ledger, { name: `resident ${i}` })),
  );
  if (!first) throw new Error('there is a first');
  await first.join();
  for (const other of rest) await other.join(first.ticket);
  const before = await (await processes.start(ledger, { name: 'before', secretKey })).join(first.ticket);
  await before.untilJoined();
  await before.untilReceived(await first.publish());

  await before.process.kill();
  before.reader.excuse(ledger.count, Number.POSITIVE_INFINITY);
  const after = ledger.reader('after');
  await first.publish(gap.count, { pauseMs: gap.pauseMs });
  const back = await processes.start(ledger, { name: 'after', secretKey, reader: after });
  const began = performance.now();
  await back.join(first.ticket);
  await back.untilJoined();
  await first.publish();

  expect(await ledger.imbalances(10_000)).toEqual([]);
  expect(ledger.told()).toEqual({});
  report({
    row: 'L1',
    figure: `${gap.count} of ${gap.count} messages of the gap after`,
    value: performance.now() - began,
    unit: 'ms',
  });
});
