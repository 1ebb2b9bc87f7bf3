import { parseDuration, type TomlReader, type TomlValue } from '@grapevine/cli-kit';

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
