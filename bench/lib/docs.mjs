// @ts-check
// `--write`: puts what was measured into docs/performance.md, between the markers of its row, and into a plot.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { internal } from './internals.mjs';
import { table } from './row.mjs';

const { barChart } = await internal('apps/sim/src/plots/bar-chart.ts');

const page = fileURLToPath(new URL('../../docs/performance.md', import.meta.url));
const folder = fileURLToPath(new URL('../../docs/performance/', import.meta.url));

/** Checks, before anything is measured, that the page has a place for each of these rows. @throws Error @param {readonly string[]} ids */
export function checkPlaces(ids) {
  const text = readFileSync(page, 'utf8');
  for (const id of ids) placeOf(id, text);
}

/** @param {string} id @param {string} text */
function placeOf(id, text) {
  const [from, to] = [`<!-- ${id} -->`, `<!-- /${id} -->`];
  const [start, end] = [text.indexOf(from), text.indexOf(to)];
  if (start < 0 || end < start) throw new Error(`docs/performance.md has no place for ${id}: ${from} … ${to}`);
  return { from, start, end };
}

/**
 * @param {import('./row.mjs').Row} row
 * @param {import('./row.mjs').Report} report
 * @param {readonly import('./row.mjs').Measured[]} measured
 */
export function writeDocs(row, report, measured) {
  const { id } = row;
  const text = readFileSync(page, 'utf8');
  const { from, start, end } = placeOf(id, text);
  const lines = report.details ?? [
    ['contender', row.unit, row.cpuUnit],
    ...measured.map(({ name, value, cpu }) => [name, value.toPrecision(3), cpu.toPrecision(3)]),
    [`${report.met ? 'met' : 'MISSED'}: ${row.target}`],
  ];
  const machine = `${cpus().length} cores, Node ${process.versions.node}`;
  const block = `\n\`npm run bench -- ${id}\`, ${machine}:\n\n<!-- printed by: npm run bench -- ${id} -->\n\`\`\`text\n${table(lines)}\n\`\`\`\n\n![${row.question}](performance/${id}.svg)\n\n`;
  writeFileSync(page, text.slice(0, start + from.length) + block + text.slice(end));
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    `${folder}${id}.svg`,
    barChart({
      title: `${id}: ${row.question}`,
      categories: measured.map(({ name }) => name),
      xLabel: `npm run bench -- ${id}`,
      y: { label: row.cpuUnit, min: 0 },
      groups: [{ name: id, values: measured.map(({ cpu }) => cpu) }],
    }),
  );
}
