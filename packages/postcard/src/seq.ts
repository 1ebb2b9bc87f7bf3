import { checkArray, checkSchema } from './check.js';
import type { Reader } from './reader.js';
import type { Schema } from './schema.js';
import { varintLength } from './varint.js';
import type { Writer } from './writer.js';

/**
 * Any number of elements: a varint count, then each.
 *
 * Nothing is allocated from the announced count, and each element takes at least a byte, so decoding costs no more than
 * the input is long.
 *
 * @throws RangeError when an element could take no bytes at all.
 */
export function seq<T>(element: Schema<T>): Schema<readonly T[]> {
  CHECK: checkSchema('element', element);
  if (element.minLength < 1) throw new RangeError('an element of a seq must take at least one byte');
  return {
    minLength: 1,
    size(values: readonly T[]): number {
      checkArray('seq', values);
      let total = varintLength(values.length);
      for (let i = 0; i < values.length; i++) total += element.size(values[i] as T);
      return total;
    },
    write(writer: Writer, values: readonly T[]): void {
      writer.varint(values.length);
      for (let i = 0; i < values.length; i++) element.write(writer, values[i] as T);
    },
    read(reader: Reader): readonly T[] {
      const count = reader.count();
      const values: T[] = [];
      for (let i = 0; i < count; i++) values.push(element.read(reader));
      return values;
    },
  };
}
