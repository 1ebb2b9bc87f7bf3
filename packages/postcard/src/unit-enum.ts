import { checkArray } from './check.js';
import { BadVariantError } from './error.js';
import type { Reader } from './reader.js';
import type { Schema } from './schema.js';
import { varintLength } from './varint.js';
import type { Writer } from './writer.js';

/**
 * An enum whose variants carry nothing, as a union of strings.
 *
 * @example
 * ```ts
 * const priority = unitEnum(['high', 'low']);
 * encode(priority, 'low'); // 01
 * ```
 */
export function unitEnum<const N extends readonly string[]>(names: N): Schema<N[number]> {
  CHECK: checkArray('names', names);
  const discriminants = new Map<string, number>(names.map((name, index) => [name, index]));
  CHECK: if (!names.every((name) => typeof name === 'string')) throw new TypeError('names must be strings');
  if (discriminants.size !== names.length) throw new RangeError('two variants of the enum have the same name');
  return {
    minLength: 1,
    size(value: N[number]): number {
      const discriminant = discriminants.get(value);
      if (discriminant === undefined) throw new TypeError(`the enum has no variant ${JSON.stringify(value)}`);
      return varintLength(discriminant);
    },
    write(writer: Writer, value: N[number]): void {
      writer.varint(discriminants.get(value) as number);
    },
    read(reader: Reader): N[number] {
      const { offset } = reader;
      const discriminant = reader.u32();
      const name = names[discriminant];
      if (name === undefined) throw new BadVariantError(`no variant has discriminant ${discriminant}`, offset);
      return name;
    },
  };
}
