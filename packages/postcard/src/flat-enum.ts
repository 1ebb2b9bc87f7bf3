import { checkArray, checkObject, checkSchema } from './check.js';
import type { EnumSchema } from './enum-of.js';
import { BadVariantError } from './error.js';
import type { Reader } from './reader.js';
import { varintLength } from './varint.js';
import type { Writer } from './writer.js';

interface Member {
  readonly discriminant: number;
  readonly discriminantLength: number;
  readonly schema: EnumSchema<{ readonly type: string }>;
}

type ValueOf<S> = S extends EnumSchema<infer T> ? T : never;

/**
 * An enum whose every variant wraps another enum, as a single flat union: on the wire a discriminant that selects the
 * member, then the member's own encoding; in TypeScript just the member's value, without a wrapper around it.
 *
 * @example
 * ```ts
 * const schema = flatEnum([enumOf({ open: {}, close: {} }), enumOf({ data: { content: bytes } })]);
 * encode(schema, { type: 'close' }); // 00 01
 * ```
 *
 * @throws RangeError when two members share a `type`.
 */
export function flatEnum<const S extends readonly EnumSchema<{ readonly type: string }>[]>(
  members: S,
): EnumSchema<ValueOf<S[number]>> {
  type T = ValueOf<S[number]>;
  CHECK: checkArray('members', members);
  const list = members.map((schema, discriminant): Member => {
    CHECK: checkSchema(`members[${discriminant}]`, schema);
    CHECK: checkArray(`members[${discriminant}].types`, schema.types);
    return { discriminant, discriminantLength: varintLength(discriminant), schema };
  });
  const byType = new Map<string, Member>();
  for (const member of list) {
    for (const type of member.schema.types) {
      if (byType.has(type)) throw new RangeError(`two members of the enum have a variant ${type}`);
      byType.set(type, member);
    }
  }

  return {
    types: [...byType.keys()] as T['type'][],
    minLength: list.reduce((least, { schema }) => Math.min(least, 1 + schema.minLength), Number.POSITIVE_INFINITY),
    size(value: T): number {
      checkObject('enum', value);
      const member = byType.get(value.type);
      if (member === undefined) throw new TypeError(`the enum has no variant ${JSON.stringify(value.type)}`);
      return member.discriminantLength + member.schema.size(value);
    },
    write(writer: Writer, value: T): void {
      const member = byType.get(value.type) as Member;
      writer.varint(member.discriminant);
      member.schema.write(writer, value);
    },
    read(reader: Reader): T {
      const { offset } = reader;
      const discriminant = reader.u32();
      const member = list[discriminant];
      if (member === undefined) throw new BadVariantError(`no variant has discriminant ${discriminant}`, offset);
      return member.schema.read(reader) as T;
    },
  };
}
