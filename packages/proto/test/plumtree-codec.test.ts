import {
  bytes,
  DecodeError,
  decodeWithRest,
  encode,
  enumOf,
  option,
  type Schema,
  seq,
  struct,
  u16,
} from '@grapevine/postcard';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { runs } from '../../../test/support/runs.js';
import { type MessageId, messageIdFromBytes, messageIdSchema, type PlumTreeMessage } from '../src/index.js';
import { plumTreeMessage } from '../src/wire/plumtree-codec.js';

/** The same layout, put together from combinators. */
const general: Schema<PlumTreeMessage> = enumOf({
  gossip: { id: messageIdSchema, content: bytes, scope: enumOf({ swarm: { round: u16 }, neighbors: {} }) },
  prune: {},
  graft: { id: option(messageIdSchema), round: u16 },
  ihave: { messages: seq(struct({ id: messageIdSchema, round: u16 })) },
});

const id: fc.Arbitrary<MessageId> = fc.uint8Array({ minLength: 32, maxLength: 32 }).map(messageIdFromBytes);
const round = fc.integer({ min: 0, max: 65_535 });
const message: fc.Arbitrary<PlumTreeMessage> = fc.oneof(
  fc.record({
    type: fc.constant('gossip' as const),
    id,
    content: fc.uint8Array({ maxLength: 200 }),
    scope: fc.oneof(
      fc.record({ type: fc.constant('swarm' as const), round }),
      fc.constant({ type: 'neighbors' as const }),
    ),
  }),
  fc.constant({ type: 'prune' as const }),
  fc.record({ type: fc.constant('graft' as const), id: fc.option(id, { nil: undefined }), round }),
  fc.record({ type: fc.constant('ihave' as const), messages: fc.array(fc.record({ id, round }), { maxLength: 150 }) }),
);

/** What comes of decoding: the value and what is left, or kind and offset of the error. */
function outcome(schema: Schema<PlumTreeMessage>, input: Uint8Array): unknown {
  try {
    return decodeWithRest(schema, input);
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    return { kind: error.kind, offset: error.offset };
  }
}

describe('the hand-written codec of broadcast messages', () => {
  test('writes what the combinators write and reads it back', () => {
    fc.assert(
      fc.property(message, (value) => {
        const encoded = encode(plumTreeMessage, value);
        expect(encoded).toEqual(encode(general, value));
        expect(decodeWithRest(plumTreeMessage, encoded)).toEqual({ value, rest: new Uint8Array() });
      }),
    );
  });

  test('does with damaged bytes what the combinators do, down to the offset', () => {
    const damaged = fc.tuple(message, fc.nat(), fc.nat(255), fc.nat(300)).map(([value, position, byte, length]) => {
      const encoded = encode(general, value);
      encoded[position % encoded.length] = byte;
      return encoded.subarray(0, length);
    });
    fc.assert(
      fc.property(fc.oneof(damaged, fc.uint8Array({ maxLength: 80 })), (input) => {
        expect(outcome(plumTreeMessage, input)).toEqual(outcome(general, input));
      }),
      { numRuns: runs(2_000) },
    );
  });

  test.each([
    { type: 'gossip', id: 'short', content: new Uint8Array(), scope: { type: 'neighbors' } },
    { type: 'gossip', id: messageIdFromBytes(new Uint8Array(32)), content: 'text', scope: { type: 'neighbors' } },
    { type: 'gossip', id: messageIdFromBytes(new Uint8Array(32)), content: new Uint8Array(), scope: { type: 'all' } },
    { type: 'graft', id: undefined, round: 65_536 },
    { type: 'ihave', messages: 5 },
  ])('refuses to encode what the combinators refuse: %j', (value) => {
    for (const schema of [plumTreeMessage, general]) expect(() => encode(schema, value as never)).toThrow(/must|has/);
  });
});
