import type { TomlReader, TomlValue } from '@grapevine/cli-kit';

const NANOSECONDS: ReadonlyMap<string, number> = new Map([
  ['ns', 1],
  ['us', 1e3],
  ['µs', 1e3],
  ['ms', 1e6],
  ['s', 1e9],
  ['sec', 1e9],
  ['m', 60e9],
  ['min', 60e9],
  ['h', 3600e9],
]);

/** `10ms`, `1s 500ms`, `2m`, in nanoseconds; `undefined` when it reads otherwise. */
export function parseDuration(text: string): number | undefined {
  if (!/^(\s*\d+\s*[a-zµ]+)+\s*$/.test(text)) return undefined;
  let sum = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+)\s*([a-zµ]+)/g)) {
    const factor = NANOSECONDS.get(unit as string);
    if (factor === undefined) return undefined;
    sum += Number(amount) * factor;
  }
  return Number.isSafeInteger(sum) ? sum : undefined;
}

/** A duration as the Rust tool writes it: a text, or a table of `secs` and `nanos`. In nanoseconds. */
export function readDuration(reader: TomlReader, key: string, value: TomlValue): number {
  if (value.type === 'table') return readParts(reader.asTable(value, key));
  const duration = value.type === 'string' ? parseDuration(value.value) : undefined;
  if (duration === undefined) throw reader.mustBe(value, key, 'a duration such as "10ms" or { secs = 1, nanos = 0 }');
  return duration;
}

function readParts(parts: TomlReader): number {
  const secs = parts.asInteger(parts.need('secs'), 'secs', 0, 9_000_000);
  const nanos = parts.asInteger(parts.need('nanos'), 'nanos', 0, 999_999_999);
  parts.end('secs, nanos');
  return secs * 1e9 + nanos;
}

/** Nanoseconds for people: `12.3 ms`, `1.23 s`. */
export function formatDuration(nanoseconds: number): string {
  const milliseconds = nanoseconds / 1e6;
  if (milliseconds < 1000) return `${milliseconds.toPrecision(3)} ms`;
  const seconds = milliseconds / 1000;
  return seconds < 100 ? `${seconds.toPrecision(3)} s` : `${Math.round(seconds)} s`;
}
