// `npm run bench -- [ROW …] [--json] [--list] [--rounds N]`: the figures that the project promises, beside those of others in the same run.
import { report, round, table } from '../bench/lib/row.mjs';
import { groups, rows } from '../bench/rows.mjs';
import { ensureBuilt } from './lib/ensure.mjs';

function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exit(2);
}

const args = process.argv.slice(2);
const roundsAt = args.indexOf('--rounds');
if (roundsAt >= 0) {
  const [, rounds = ''] = args.splice(roundsAt, 2);
  if (!/^[1-9]\d?$/.test(rounds)) fail('--rounds takes a number from 1 to 99');
  process.env.BENCH_ROUNDS = rounds; // rows read it when they are loaded
}
const known = Object.keys(rows);
const unknownFlag = args.find((arg) => arg.startsWith('-') && arg !== '--json' && arg !== '--list');
if (unknownFlag) fail(`unknown option ${unknownFlag}: there are --json, --list and --rounds`);
const asked = args.filter((arg) => !arg.startsWith('-')).flatMap((name) => groups[name] ?? [name]);
const unknownRow = asked.find((id) => !known.includes(id));
if (unknownRow) fail(`unknown row ${unknownRow}: there are ${[...known, ...Object.keys(groups)].join(', ')}`);

if (args.includes('--list')) {
  process.stdout.write(`${table(known.map((id) => [id, rows[id].question]))}\n`);
  process.exit(0);
}

ensureBuilt();
const lines = [['row', 'contender', 'value', 'unit', 'ratio', 'CPU', '', 'target']];
const reports = [];
for (const id of asked.length > 0 ? asked : known) {
  process.stderr.write(`measuring ${id}: ${rows[id].question} …\n`);
  const { row } = await rows[id].load();
  const measured = await row.run().catch((error) => {
    process.stderr.write(`${id} was not measured: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  });
  if (!measured) continue;
  const result = report(row, measured);
  reports.push(result);
  for (const [i, { name, value, cpu }] of measured.entries()) {
    const ratio = i === 0 ? '' : `${result.ratios[name]}x`;
    const target = i === 0 ? `${result.met ? 'met' : 'MISSED'}: ${row.target}` : '';
    lines.push([i === 0 ? id : '', name, `${round(value)}`, row.unit, ratio, `${round(cpu)}`, row.cpuUnit, target]);
  }
}
process.stdout.write(`${table(lines)}\n`);
for (const { id, details } of reports) if (details) process.stdout.write(`\n${id}\n${table(details)}\n`);
if (args.includes('--json')) process.stdout.write(`${JSON.stringify({ rows: reports })}\n`);
process.exit(); // contenders may leave timers behind
