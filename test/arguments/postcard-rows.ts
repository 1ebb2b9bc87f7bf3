import * as postcard from '@grapevine/postcard';
import type { Anything } from './mistakes.js';
import type { Row } from './row.js';

const { u8, struct, enumOf } = postcard;
const bytes = new Uint8Array(32);

export const POSTCARD: readonly Row[] = [
  ['new Reader', [['bytes', bytes, 'bytes']], (all) => new postcard.Reader(all)],
  ['Reader#raw', [['length', 1, 'whole']], (length) => new postcard.Reader(bytes).raw(length)],
  ['Reader#skip', [['length', 1, 'whole']], (length) => new postcard.Reader(bytes).skip(length)],
  ['Reader#utf8', [['length', 1, 'whole']], (length) => new postcard.Reader(bytes).utf8(length)],
  ['new Writer', [['bytes', bytes, 'bytes']], (all) => new postcard.Writer(all)],
  [
    'decodeWithRest',
    [
      ['schema', u8, 'schema'],
      ['input', bytes, 'bytes'],
    ],
    postcard.decodeWithRest,
  ],
  [
    'encodedLength',
    [
      ['schema', u8, 'schema'],
      ['u8', 1, 'whole'],
    ],
    postcard.encodedLength,
  ],
  ['enumOf', [['variants', { a: {} }, 'object']], postcard.enumOf],
  ['enumOf', [['variants.a', {}, 'object']], (a) => enumOf({ a })],
  ['enumOf', [['variants.a.b', u8, 'schema']], (b) => enumOf({ a: { b } })],
  ['flatEnum', [['members', [enumOf({ a: {} })], 'array']], postcard.flatEnum],
  ['flatEnum', [['members[0]', enumOf({ a: {} }), 'schema']], (first) => postcard.flatEnum([first])],
  [
    'mapped',
    [
      ['inner', u8, 'schema'],
      ['mapping', { decode() {}, encode() {} }, 'schema'],
    ],
    postcard.mapped as Anything,
  ],
  ['option', [['inner', u8, 'schema']], postcard.option],
  ['seq', [['element', u8, 'schema']], postcard.seq],
  ['struct', [['fields', { a: u8 }, 'object']], postcard.struct],
  ['struct', [['fields.a', u8, 'schema']], (a) => struct({ a })],
  ['unitEnum', [['names', ['a'], 'array']], postcard.unitEnum],
  ['unitEnum', [['names', 'a', 'text']], (name) => postcard.unitEnum([name])],
];
