import { checkSchema } from './check.js';
import type { Reader } from './reader.js';
import type { Schema } from './schema.js';
import type { Writer } from './writer.js';

/** A value or nothing (`undefined`): the byte 0, or the byte 1 and the value. */
export function option<T>(inner: Schema<T>): Schema<T | undefined> {
  CHECK: checkSchema('inner', inner);
  return {
    minLength: 1,
    size(value: T | undefined): number {
      return value === undefined ? 1 : 1 + inner.size(value);
    },
    write(writer: Writer, value: T | undefined): void {
      if (value === undefined) {
        writer.byte(0);
      } else {
        writer.byte(1);
        inner.write(writer, value);
      }
    },
    read(reader: Reader): T | undefined {
      return reader.optionTag() ? inner.read(reader) : undefined;
    },
  };
}
