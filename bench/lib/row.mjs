// @ts-check

/**
 * One question of `docs/performance.md` with its contenders; the first measured one is ours.
 *
 * @typedef {{ name: string, value: number, cpu: number }} Measured value: bigger is better unless the question says otherwise, in the row's unit
 * @typedef {{
 *   id: string,
 *   question: string,
 *   unit: string,
 *   cpuUnit: string,
 *   target: string,
 *   run: () => Promise<Measured[]>,
 *   details?: () => readonly (readonly string[])[], a table of all that was measured, for rows with more than one figure
 *   meets: (ratios: Record<string, number>) => boolean,
 * }} Row
 *
 * What `--json` prints of a row, in the same form for every row.
 * @typedef {{
 *   id: string,
 *   unit: string,
 *   ours: number,
 *   peers: Record<string, number>,
 *   ratios: Record<string, number>,
 *   target: string,
 *   met: boolean,
 *   details?: readonly (readonly string[])[],
 * }} Report
 */

/**
 * @param {Row} row
 * @param {readonly Measured[]} measured
 * @returns {Report}
 */
export function report(row, measured) {
  const [ours, ...peers] = measured;
  if (!ours) throw new Error(`${row.id} measured nothing`);
  const ratios = Object.fromEntries(peers.map(({ name, value }) => [name, round(ours.value / value)]));
  return {
    id: row.id,
    unit: row.unit,
    ours: round(ours.value),
    peers: Object.fromEntries(peers.map(({ name, value }) => [name, round(value)])),
    ratios,
    target: row.target,
    met: row.meets(ratios),
    ...(row.details && { details: row.details() }),
  };
}

/** Rounds to three significant digits. @param {number} value */
export function round(value) {
  return Number(value.toPrecision(3));
}

/**
 * A table in columns of equal width.
 * @param {readonly (readonly string[])[]} lines
 */
export function table(lines) {
  const widths = (lines[0] ?? []).map((_, column) => Math.max(...lines.map((line) => (line[column] ?? '').length)));
  return lines
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
