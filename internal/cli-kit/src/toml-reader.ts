import { didYouMean } from './nearest.js';
import type { TomlEntry, TomlTable, TomlValue } from './toml-tree.js';
import { UsageError } from './usage-error.js';

/** The keys of one table, each read once. What has not been read in the end is a key that nobody knows. */
export class TomlReader {
  readonly file: string;
  /** Where the table is in the file, for messages: `config.proto`; empty at the top. */
  readonly path: string;
  readonly line: number;
  readonly #unread: Map<string, TomlEntry>;

  constructor(file: string, path: string, table: TomlTable) {
    this.file = file;
    this.path = path;
    this.line = table.line;
    this.#unread = new Map(table.entries);
  }

  /** The value of a key that may be left out. */
  take(key: string): TomlValue | undefined {
    const value = this.#unread.get(key)?.value;
    this.#unread.delete(key);
    return value;
  }

  /** The value of a key that has to be there. */
  need(key: string): TomlValue {
    const value = this.take(key);
    if (value === undefined) throw this.error(this.line, `the key ${this.#name(key)} is missing`);
    return value;
  }

  table(key: string): TomlReader | undefined {
    const value = this.take(key);
    return value === undefined ? undefined : this.asTable(value, key);
  }

  asTable(value: TomlValue, key: string): TomlReader {
    if (value.type !== 'table') throw this.mustBe(value, key, 'a table');
    return new TomlReader(this.file, this.#name(key), value);
  }

  asItems(value: TomlValue, key: string): readonly TomlValue[] {
    if (value.type !== 'array') throw this.mustBe(value, key, 'an array: [ … ]');
    return value.items;
  }

  asText(value: TomlValue, key: string): string {
    if (value.type !== 'string') throw this.mustBe(value, key, 'a string');
    return value.value;
  }

  asNumber(value: TomlValue, key: string, min: number, max: number): number {
    const number = value.type === 'integer' || value.type === 'float' ? Number(value.value) : Number.NaN;
    if (!(number >= min && number <= max)) throw this.mustBe(value, key, `a number from ${min} to ${max}`);
    return number;
  }

  asInteger(value: TomlValue, key: string, min: number, max: number): number {
    if (value.type !== 'integer' || value.value < min || value.value > max) {
      throw this.mustBe(value, key, `a whole number from ${min} to ${max}`);
    }
    return Number(value.value);
  }

  /** Call when all known keys have been taken. @throws UsageError that names the first unknown key and its line */
  end(known: string): void {
    for (const [key, { line }] of this.#unread) {
      throw this.error(
        line,
        `unknown key ${this.#name(key)}${didYouMean(key, known.split(', '))} (known here: ${known})`,
      );
    }
  }

  mustBe({ line }: TomlValue, key: string, what: string): UsageError {
    return this.error(line, `${this.#name(key)} must be ${what}`);
  }

  error(line: number, message: string): UsageError {
    return new UsageError(`${this.file}:${line}: ${message}`);
  }

  #name(key: string): string {
    return this.path === '' ? key : `${this.path}.${key}`;
  }
}
