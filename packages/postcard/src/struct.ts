import { checkObject, checkSchema } from './check.js';
import type { Reader } from './reader.js';
import type { Infer, Schema } from './schema.js';
import type { Writer } from './writer.js';

/** The fields of a struct in wire order, which is the order in which they are written down. */
export type Fields = Readonly<Record<string, Schema<unknown>>>;

/** The value type of a struct with these fields. */
export type StructOf<F extends Fields> = { readonly [K in keyof F]: Infer<F[K]> };

/** The fields of a struct or of an enum's variant, taken apart once so that the hot loops run over plain arrays. */
export class FieldList {
  readonly names: readonly string[];
  readonly schemas: readonly Schema<unknown>[];
  readonly minLength: number;

  /** @param name what the fields are called in errors */
  constructor(name: string, fields: Fields) {
    CHECK: checkObject(name, fields);
    this.names = Object.keys(fields);
    // Objects list integer-like keys first whatever the order they were written in; the wire order would be lost.
    const unordered = this.names.find((name) => /^\d+$/.test(name) || name === '__proto__');
    if (unordered !== undefined) throw new RangeError(`a field cannot be named ${JSON.stringify(unordered)}`);
    this.schemas = Object.values(fields);
    CHECK: for (const field of this.names) checkSchema(`${name}.${field}`, fields[field] as Schema<unknown>);
    this.minLength = this.schemas.reduce((sum, schema) => sum + schema.minLength, 0);
  }

  size(value: Readonly<Record<string, unknown>>): number {
    const { names, schemas } = this;
    let total = 0;
    for (let i = 0; i < names.length; i++) {
      total += (schemas[i] as Schema<unknown>).size(value[names[i] as string]);
    }
    return total;
  }

  write(writer: Writer, value: Readonly<Record<string, unknown>>): void {
    const { names, schemas } = this;
    for (let i = 0; i < names.length; i++) {
      (schemas[i] as Schema<unknown>).write(writer, value[names[i] as string]);
    }
  }

  readInto(target: Record<string, unknown>, reader: Reader): void {
    const { names, schemas } = this;
    for (let i = 0; i < names.length; i++) {
      target[names[i] as string] = (schemas[i] as Schema<unknown>).read(reader);
    }
  }
}

/**
 * Fields one after the other in the order given, without names or count: a Rust struct or tuple.
 *
 * @example
 * ```ts
 * const point = struct({ x: u16, y: u16 });
 * encode(point, { x: 1, y: 300 }); // 01 ac 02
 * ```
 */
export function struct<const F extends Fields>(fields: F): Schema<StructOf<F>> {
  const list = new FieldList('fields', fields);
  return {
    minLength: list.minLength,
    size(value: StructOf<F>): number {
      checkObject('struct', value);
      return list.size(value);
    },
    write(writer: Writer, value: StructOf<F>): void {
      list.write(writer, value);
    },
    read(reader: Reader): StructOf<F> {
      const value: Record<string, unknown> = {};
      list.readInto(value, reader);
      return value as StructOf<F>;
    },
  };
}
