// @ts-check
// `npm run reliability`: the latest figure of each kind that the tests of test/reliability have printed here, by row, as docs/reliability.md quotes them.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './lib/ensure.mjs';

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
