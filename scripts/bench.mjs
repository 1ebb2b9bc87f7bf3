// `npm run bench -- [ROW …] [--json] [--list] [--rounds N] [--write]`, or `-- --guard`: the figures that the project promises, beside those of others in the same run.
import { report, round, table } from '../bench/lib/row.mjs';
import { groups, rows } from '../bench/rows.mjs';
import { ensureBuilt } from './lib/ensure.mjs';

function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exit(2);
}

const HELP = `Measures the rows of docs/performance.md: our figures beside those of others in the same run.

Usage: npm run bench -- [ROW…] [options]
       npm run bench -- --guard [--write]

  ROW         as --list names them (default: all, which takes hours)
  --list      prints the rows
  --rounds N  runs of each contender, 1 to 99; the figure is their median (default: 5)
  --write     puts tables and plots into docs/performance.md; with --guard: commits to the counts as they are
  --json      ends with one line of JSON
  --guard     counts beside the committed ones
  --help`;

const args = process.argv.slice(2);
if (args.includes('--help')) {
  process.stdout.write(`${HELP}\n`);
  process.exit(0);
}
const roundsAt = args.indexOf('--rounds');
if (roundsAt >= 0) {
  const [, rounds = ''] = args.splice(roundsAt, 2);
  if (!/^[1-9]\d?$/.test(rounds)) fail('--rounds takes a number from 1 to 99');
  process.env.BENCH_ROUNDS = rounds; // rows read it when they are loaded
}
if (args.includes('--guard')) {
  const others = args.filter((arg) => arg !== '--guard' && arg !== '--write');
  if (others.length > 0) fail(`--guard takes nothing but --write, got ${others.join(' ')}`);
  ensureBuilt();
  const { guard, writeGuard } = await import('../bench/guard.mjs');
  if (args.includes('--write')) writeGuard();
  const { text, passed } = guard();
  process.stdout.write(`${text}\n${passed ? 'no regression' : 'a count is over 5 % worse than committed'}\n`);
  process.exit(passed ? 0 : 1);
}
const known = Object.keys(rows);
const unknownFlag = args.find((arg) => arg.startsWith('-') && !['--json', '--list', '--write'].includes(arg));
if (unknownFlag) fail(`unknown option ${unknownFlag}: there are --guard, --json, --list, --rounds and --write`);
const asked = args.filter((arg) => !arg.startsWith('-')).flatMap((name) => groups[name] ?? [name]);
const unknownRow = asked.find((id) => !known.includes(id));
if (unknownRow) fail(`unknown row ${unknownRow}: there are ${[...known, ...Object.keys(groups)].join(', ')}`);

if (args.includes('--list')) {
  process.stdout.write(`${table(known.map((id) => [id, rows[id].question]))}\n`);
  process.exit(0);
}

ensureBuilt();
const wanted = asked.length > 0 ? asked : known;
const { checkPlaces, writeDocs } = await import('../bench/lib/docs.mjs');
if (args.includes('--write')) checkPlaces(wanted);
const lines = [['row', 'contender', 'value', 'unit', 'ratio', 'CPU', '', 'target']];
const reports = [];
for (const id of wanted) {
  process.stderr.write(`measuring ${id}: ${rows[id].question} …\n`);
  const { row } = await rows[id].load();
  const measured = await row.run().catch((error) => {
    process.stderr.write(`${id} was not measured: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  });
  if (!measured) continue;
  const result = report(row, measured);
  reports.push(result);
  if (args.includes('--write')) writeDocs(row, result, measured);
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
