import {
  DecodeError,
  decode,
  encode,
  encodedLength,
  mapped,
  type Schema,
  UnexpectedEndError,
  u16,
} from '@grapevine/postcard';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { runs } from '../../../test/support/runs.js';
import rows from '../../postcard/test/vectors.json' with { type: 'json' };
import {
  defaultConfig,
  hexId32,
  type Message,
  maxPayload,
  messageCodec,
  messageIdFromBytes,
  messageIdSchema,
  messageIdToBytes,
  messageIdToHex,
  topicId,
  topicIdFromBytes,
  topicIdSchema,
  topicIdToBytes,
} from '../src/index.js';
import { idOf, utf8 } from './helper/node.js';

const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'hex'));
const toHex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

const codec = messageCodec(hexId32);
const vectors = new Map(
  (rows as [string, string, number, string][]).map(([name, bytes]) => [name.split(' ')[0], bytes]),
);

const A = '8a88e3dd7409f195fd52db2d3cba5d72ca6709bf1d94121bf3748801b40f6f5c';
const B = '8139770ea87d175f56a35466c34c7ecccb8d8a91b4ee37a25df60f5b8fc9b394';
const C = 'ed4928c628d1c2c6eae90338905995612959273a5c63f93636c14614ac8737d1';
const D1 = hex('0000');
const D2 = hex('0001007f000001d122');
const none = { data: undefined };
const id = (byte: number) => messageIdFromBytes(new Uint8Array(32).fill(byte));
const hi = { type: 'gossip', id: idOf(utf8('hi')), content: utf8('hi') } as const;
const as = utf8('a'.repeat(200));

const messages: Record<string, Message<string>> = {
  G1: { type: 'prune' },
  G2: { type: 'graft', id: undefined, round: 0 },
  G3: { type: 'graft', id: id(0xaa), round: 3 },
  G4: {
    type: 'ihave',
    messages: [
      { id: id(0x11), round: 0 },
      { id: id(0x22), round: 300 },
    ],
  },
  G5: { type: 'ihave', messages: [] },
  G6: { ...hi, scope: { type: 'swarm', round: 0 } },
  G7: { ...hi, scope: { type: 'neighbors' } },
  G8: { ...hi, scope: { type: 'swarm', round: 65_535 } },
  G9: { type: 'gossip', id: idOf(as), content: as, scope: { type: 'swarm', round: 1 } },
  S1: { type: 'join', ...none },
  S2: { type: 'join', data: new Uint8Array() },
  S3: { type: 'join', data: D2 },
  S4: { type: 'forwardJoin', peer: { id: A, ...none }, ttl: 6 },
  S5: { type: 'forwardJoin', peer: { id: A, data: D2 }, ttl: 5 },
  S6: {
    type: 'shuffle',
    origin: A,
    nodes: [
      { id: B, ...none },
      { id: A, data: D1 },
    ],
    ttl: 6,
  },
  S7: { type: 'shuffleReply', nodes: [] },
  S8: {
    type: 'shuffleReply',
    nodes: [
      { id: B, ...none },
      { id: C, data: D2 },
    ],
  },
  S9: { type: 'neighbor', priority: 'high', ...none },
  S10: { type: 'neighbor', priority: 'low', data: D1 },
  S11: { type: 'disconnect', alive: true, respond: false },
  S12: { type: 'disconnect', alive: false, respond: false },
};

describe('a message on the wire', () => {
  test.each(Object.entries(messages))('is vector %s of the wire reference, both ways', (name, message) => {
    const bytes = vectors.get(name) as string;
    expect(toHex(encode(codec, message))).toBe(bytes);
    expect(decode(codec, hex(bytes))).toEqual(message);
    expect(encodedLength(codec, message)).toBe(bytes.length / 2);
  });

  // Bytes that no encoder writes, and which the crate accepts: test/interop/bytes.interop.test.ts has the same.
  test.each([
    ['0101ff', { type: 'prune' }],
    ['81008100', { type: 'prune' }],
    ['010200808000', { type: 'graft', id: undefined, round: 0 }],
  ])('%s is accepted', (bytes, message) => {
    expect(decode(codec, hex(bytes))).toEqual(message);
  });

  test.each([
    ['0104', 'BadVariant', 1],
    ['0006', 'BadVariant', 1],
    ['02', 'BadVariant', 0],
    ['000002', 'BadOption', 2],
    ['00050200', 'BadBool', 2],
    ['00040200', 'BadVariant', 2],
    ['0102008080808000', 'BadVarint', 3],
    ['010200ffff04', 'BadVarint', 3],
    ['01030a', 'UnexpectedEnd', 3],
    ['', 'UnexpectedEnd', 0],
    ['000501', 'UnexpectedEnd', 3],
  ])('%s is refused as %s at byte %i', (bytes, kind, offset) => {
    expect(() => decode(codec, hex(bytes))).toThrow(expect.objectContaining({ kind, offset }));
  });

  test('fails as a whole when the codec of the peers refuses one', () => {
    const picky: Schema<string> = mapped(hexId32, {
      decode(text) {
        if (text === '02'.repeat(32)) throw new RangeError('not a curve point');
        return text;
      },
      encode: (text) => text,
    });
    const bytes = hex(`0001${'02'.repeat(32)}0006`);
    expect(() => decode(messageCodec(picky), bytes)).toThrow(
      expect.objectContaining({ kind: 'InvalidValue', offset: 2 }),
    );
    expect(decode(codec, bytes)).toMatchObject({ type: 'forwardJoin' });
  });

  test('may name peers in any way that the host picks', () => {
    const small = messageCodec(u16);
    const message: Message<number> = { type: 'forwardJoin', peer: { id: 300, data: undefined }, ttl: 1 };
    expect(toHex(encode(small, message))).toBe('0001ac020001');
    expect(decode(small, hex('0001ac020001'))).toEqual(message);
  });

  test('turns garbage into a message or a DecodeError and into nothing else', () => {
    const plausible = fc.tuple(
      fc.constantFrom(0, 1),
      fc.constantFrom(0, 1, 2, 3, 4, 5),
      fc.uint8Array({ maxLength: 120 }),
    );
    fc.assert(
      fc.property(plausible, ([layer, variant, rest]) => {
        try {
          decode(codec, Uint8Array.of(layer, variant, ...rest));
        } catch (error) {
          expect(error).toBeInstanceOf(DecodeError);
        }
      }),
      { numRuns: runs(3_000) },
    );
  });

  test('is an unexpected end when it is cut anywhere', () => {
    for (const message of Object.values(messages)) {
      const bytes = encode(codec, message);
      for (let length = 0; length < bytes.length; length++) {
        expect(() => decode(codec, bytes.subarray(0, length))).toThrow(UnexpectedEndError);
      }
    }
  });

  test('with the largest payload stays below the frame limit in every round', () => {
    const config = defaultConfig();
    const content = new Uint8Array(maxPayload(config, 'swarm'));
    const length = (round: number, bytes: Uint8Array): number =>
      encodedLength(codec, { type: 'gossip', id: id(0), content: bytes, scope: { type: 'swarm', round } });
    expect(length(65_535, content)).toBe(4095);
    // The reference would send this payload, and could not forward it: with a round of 128 it takes one byte more.
    expect(length(127, new Uint8Array(4057))).toBe(4095);
    expect(length(128, new Uint8Array(4057))).toBe(4096);
    const near = new Uint8Array(maxPayload(config, 'neighbors'));
    expect(encodedLength(codec, { type: 'gossip', id: id(0), content: near, scope: { type: 'neighbors' } })).toBe(4095);
  });
});

describe('a message id', () => {
  test('is 16 units that keep every byte and the order of the bytes', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 32, maxLength: 32 }),
        fc.uint8Array({ minLength: 32, maxLength: 32 }),
        (a, b) => {
          const [x, y] = [messageIdFromBytes(a), messageIdFromBytes(b)];
          expect(messageIdToBytes(x)).toEqual(a);
          expect(messageIdToHex(x)).toBe(toHex(a));
          expect(toHex(encode(messageIdSchema, x))).toBe(toHex(a));
          expect(decode(messageIdSchema, a)).toBe(x);
          expect(x < y).toBe(Buffer.compare(a, b) < 0);
          expect(x === y).toBe(Buffer.compare(a, b) === 0);
        },
      ),
    );
  });

  test('of "hi" is the hash that the wire reference names', () => {
    expect(messageIdToHex(idOf(utf8('hi')))).toBe('85052e9aab1b67b6622d94a08441b09fd5b7aca61ee360416d70de5da67d86ca');
  });

  test('needs 32 bytes', () => {
    expect(() => messageIdFromBytes(new Uint8Array(31))).toThrow(RangeError);
    expect(() => encode(messageIdSchema, 'short' as never)).toThrow(RangeError);
    expect(() => encode(messageIdSchema, undefined as never)).toThrow(TypeError);
  });
});

describe('a topic id', () => {
  test('is read from hex digits of either case and written in lower case', () => {
    expect(topicId('AB'.repeat(32))).toBe('ab'.repeat(32));
    expect(toHex(encode(topicIdSchema, topicId('17'.repeat(32))))).toBe(vectors.get('H1'));
    expect(topicIdFromBytes(topicIdToBytes(topicId(A)))).toBe(A);
  });

  test.each(['', '17', `${'17'.repeat(31)}1g`, '17'.repeat(33), ` ${'17'.repeat(32)}`, undefined])(
    'is not %j',
    (text) => {
      expect(() => topicId(text as string)).toThrow(TypeError);
    },
  );

  test('has 32 bytes', () => {
    expect(() => topicIdFromBytes(new Uint8Array(33))).toThrow(RangeError);
  });
});
