// `npm run bench`: the figures that the project promises, beside those of others in the same run.
import { report, round, table } from '../bench/lib/row.mjs';
import { groups, rows } from '../bench/rows.mjs';
import { readArguments } from './lib/arguments.mjs';
import { ensureBuilt } from './lib/ensure.mjs';

const HELP = `Measures the rows of docs/performance.md: our figures beside those of others in the same run.

Usage: npm run bench -- [ROW…] [options]
       npm run bench -- --guard [--write]

  ROW         as --list names them (default: all, which takes hours)
  --list      prints the rows
  --rounds N  runs of each contender, 1 to 99; the figure is their median (default: 5)
  --write     puts tables and plots into docs/performance.md; with --guard: the counts into bench/guard.json
  --json      ends with one line of JSON
  --guard     compares counts of what does not depend on the machine with bench/guard.json
  --help      this text`;

const flag = { type: 'boolean', default: false };
const { values, positionals, fail } = readArguments(HELP, {
  allowPositionals: true,
  options: { json: flag, list: flag, write: flag, guard: flag, rounds: { type: 'string' } },
});
if (values.rounds !== undefined) {
  if (!/^[1-9]\d?$/.test(values.rounds)) fail('--rounds takes a number from 1 to 99');
  process.env.BENCH_ROUNDS = values.rounds; // rows read it when they are loaded
}
if (values.guard) {
  if (values.json || values.list || values.rounds !== undefined || positionals.length > 0) {
    fail('--guard takes nothing but --write');
  }
  ensureBuilt();
  const { guard, writeGuard } = await import('../bench/guard.mjs');
  if (values.write) writeGuard();
  const { text, passed } = guard();
  process.stdout.write(`${text}\n${passed ? 'no regression' : 'a count is over 5 % worse than committed'}\n`);
  process.exit(passed ? 0 : 1);
}
const known = Object.keys(rows);
const asked = positionals.flatMap((name) => groups[name] ?? [name]);
const unknownRow = asked.find((id) => !known.includes(id));
if (unknownRow) fail(`unknown row ${unknownRow}: there are ${[...known, ...Object.keys(groups)].join(', ')}`);

if (values.list) {
  process.stdout.write(`${table(known.map((id) => [id, rows[id].question]))}\n`);
  process.exit(0);
}

ensureBuilt();
const wanted = asked.length > 0 ? asked : known;
const { checkPlaces, writeDocs } = await import('../bench/lib/docs.mjs');
if (values.write) checkPlaces(wanted);
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
  if (values.write) writeDocs(row, result, measured);
  for (const [i, { name, value, cpu }] of measured.entries()) {
    const ratio = i === 0 ? '' : `${result.ratios[name]}x`;
    const target = i === 0 ? `${result.met ? 'met' : 'MISSED'}: ${row.target}` : '';
    lines.push([i === 0 ? id : '', name, `${round(value)}`, row.unit, ratio, `${round(cpu)}`, row.cpuUnit, target]);
  }
}
process.stdout.write(`${table(lines)}\n`);
for (const { id, details } of reports) if (details) process.stdout.write(`\n${id}\n${table(details)}\n`);
if (values.json) process.stdout.write(`${JSON.stringify({ rows: reports })}\n`);
process.exit(); // contenders may leave timers behind
