import { checkObject } from './check.js';
import { BadVariantError } from './error.js';
import type { Reader } from './reader.js';
import type { Schema } from './schema.js';
import { FieldList, type Fields, type StructOf } from './struct.js';
import { varintLength } from './varint.js';
import type { Writer } from './writer.js';

/** The variants of an enum in wire order (the first has discriminant 0), each with its fields. */
export type Variants = Readonly<Record<string, Fields>>;

/** The value type of an enum: a union told apart by `type`. */
export type EnumOf<V extends Variants> = {
  [K in keyof V & string]: Flat<{ readonly type: K } & StructOf<V[K]>>;
}[keyof V & string];

/** An intersection as the one object type that it is, which reads better in errors and editors. */
type Flat<T> = { readonly [K in keyof T]: T[K] };

/** A schema of values that are told apart by `type`. */
export interface EnumSchema<T extends { readonly type: string }> extends Schema<T> {
  /** Every `type` that a value may have. */
  readonly types: readonly T['type'][];
}

class Variant extends FieldList {
  readonly type: string;
  readonly discriminant: number;
  readonly discriminantLength: number;

  constructor(type: string, discriminant: number, fields: Fields) {
    super(`variants.${type}`, fields);
    if (this.names.includes('type')) throw new RangeError(`variant ${type} has a field named type`);
    this.type = type;
    this.discriminant = discriminant;
    this.discriminantLength = varintLength(discriminant);
  }
}

/**
 * One of several variants: a varint discriminant counted from 0 in the order given, then the variant's fields. A Rust
 * enum; a variant without data has no fields, one that wraps a single value has one field.
 *
 * @example
 * ```ts
 * const shape = enumOf({ point: {}, circle: { radius: u16 } });
 * encode(shape, { type: 'circle', radius: 5 }); // 01 05
 * ```
 */
export function enumOf<const V extends Variants>(variants: V): EnumSchema<EnumOf<V>> {
  CHECK: checkObject('variants', variants);
  const list = Object.entries(variants).map(([type, fields], index) => new Variant(type, index, fields));
  const unordered = list.find(({ type }) => /^\d+$/.test(type));
  if (unordered) throw new RangeError(`a variant cannot be named ${JSON.stringify(unordered.type)}`);
  const byType = new Map(list.map((variant) => [variant.type, variant]));

  return {
    types: list.map(({ type }) => type as EnumOf<V>['type']),
    minLength: list.reduce((least, variant) => Math.min(least, 1 + variant.minLength), Number.POSITIVE_INFINITY),
    size(value: EnumOf<V>): number {
      checkObject('enum', value);
      const variant = byType.get(value.type);
      if (variant === undefined) throw new TypeError(`the enum has no variant ${JSON.stringify(value.type)}`);
      return variant.discriminantLength + variant.size(value);
    },
    write(writer: Writer, value: EnumOf<V>): void {
      const variant = byType.get(value.type) as Variant;
      writer.varint(variant.discriminant);
      variant.write(writer, value);
    },
    read(reader: Reader): EnumOf<V> {
      const { offset } = reader;
      const discriminant = reader.u32();
      const variant = list[discriminant];
      if (variant === undefined) throw new BadVariantError(`no variant has discriminant ${discriminant}`, offset);
      const value: Record<string, unknown> = { type: variant.type };
      variant.readInto(value, reader);
      return value as EnumOf<V>;
    },
  };
}
