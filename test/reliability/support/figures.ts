import { appendFileSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

const file = fileURLToPath(new URL('../../../.cache/reliability.json', import.meta.url));

/** A number that a test measured. */
export interface Figure {
  /** The row of the table in docs/reliability.md: `row 6`, `L1`, `T2`. */
  readonly row: string;
  /** What was measured, as a sentence that the value belongs to. */
  readonly figure: string;
  readonly value: number;
  readonly unit: string;
}

/** Prints a figure, and adds it to .cache/reliability.json (one object per line), which docs/reliability.md quotes. */
export function report({ row, figure, value, unit }: Figure): void {
  const rounded = Number(value.toPrecision(3));
  console.log(`${row}: ${figure}: ${rounded} ${unit}`);
  mkdirSync(dirname(file), { recursive: true });
  appendFileSync(file, `${JSON.stringify({ row, figure, value: rounded, unit })}\n`);
}

/** The value that the share `part` of the values lies below. */
export function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
}
