// @ts-check
// `npm run reliability`: the figures that docs/reliability.md quotes.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readArguments } from './lib/arguments.mjs';
import { root } from './lib/ensure.mjs';

readArguments(`Prints the latest figures that the tests of test/reliability have measured on this machine, by row of docs/reliability.md.

Usage: npm run reliability

Run the tests first: npm run test:slow -- test/reliability`);

const file = join(root, '.cache/reliability.json');
if (!existsSync(file)) {
  process.stderr.write(
    'no figures yet: run the tests of test/reliability first (npm run test:slow -- test/reliability)\n',
  );
  process.exit(1);
}
const lines = readFileSync(file, 'utf8').trim().split('\n');
/** @type {Map<string, { row: string, figure: string, value: number, unit: string }>} */
const latest = new Map();
for (const line of lines) {
  const entry = JSON.parse(line);
  latest.set(`${entry.row} ${entry.figure}`, entry);
}
const byRow = [...latest.values()].sort((a, b) => a.row.localeCompare(b.row, 'en', { numeric: true }));
for (const { row, figure, value, unit } of byRow) console.log(`${row.padEnd(16)}${figure}: ${value} ${unit}`);
