import { decode, decodeWithRest, encode, encodedLength } from '@grapevine/postcard';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { runs } from '../../../test/support/runs.js';
import {
  hexId32,
  type IHaveEntry,
  ihaveChunkLength,
  type Message,
  messageCodec,
  messageIdFromBytes,
  type RootTag,
} from '../src/index.js';
import { ihaveChunks } from '../src/wire/ihave-chunks.js';

const codec = messageCodec(hexId32);
const bytes32 = fc.uint8Array({ minLength: 32, maxLength: 32 });
const id = bytes32.map(messageIdFromBytes);
const round = fc.integer({ min: 0, max: 65_535 });
const tag = fc.integer({ min: 0, max: 0xffff_ffff }).map((bits) => bits as RootTag);
const entries = (maxLength: number): fc.Arbitrary<IHaveEntry[]> =>
  fc.array(
    fc.record({
      id,
      round,
      tag: fc.option(fc.oneof(tag, fc.constantFrom(...([1, 2, 3] as RootTag[]))), { nil: undefined }),
    }),
    { maxLength },
  );
const tagged: fc.Arbitrary<Message<string>> = fc.oneof(
  fc.record({
    type: fc.constant('gossip' as const),
    id,
    content: fc.uint8Array({ maxLength: 50 }),
    scope: fc.record({ type: fc.constant('swarm' as const), round }),
    tag,
    guest: fc.constantFrom(undefined, true as const),
  }),
  fc.record({ type: fc.constant('prune' as const), tag }),
  fc.record({ type: fc.constant('graft' as const), id: fc.option(id, { nil: undefined }), round, tag }),
  fc.record({ type: fc.constant('ihave' as const), messages: entries(200) }),
);

/** The same message as a node sends it that knows no tags. */
function untagged(message: Message<string>): Message<string> {
  switch (message.type) {
    case 'gossip': {
      const { tag, guest, ...rest } = message;
      return rest;
    }
    case 'prune':
      return { type: 'prune' };
    case 'graft':
      return { type: 'graft', id: message.id, round: message.round };
    case 'ihave':
      return { type: 'ihave', messages: message.messages.map(({ id, round }) => ({ id, round })) };
    case 'join':
    case 'forwardJoin':
    case 'shuffle':
    case 'shuffleReply':
    case 'neighbor':
    case 'disconnect':
      return message;
  }
}

describe('tags behind messages', () => {
  test('come back as they went', () => {
    fc.assert(
      fc.property(tagged, (message) => {
        expect(decode(codec, encode(codec, message))).toEqual(message);
      }),
      { numRuns: runs(300) },
    );
  });

  test('stand behind the message as it is without them, byte for byte', () => {
    fc.assert(
      fc.property(tagged, (message) => {
        const plain = encode(codec, untagged(message));
        expect(encode(codec, message).subarray(0, plain.length)).toEqual(plain);
      }),
      { numRuns: runs(300) },
    );
  });

  test('say nothing when anything else stands there: the message is read without', () => {
    fc.assert(
      fc.property(tagged, fc.uint8Array({ maxLength: 12 }), (message, garbage) => {
        const plain = encode(codec, untagged(message));
        const body = new Uint8Array([...plain, ...garbage]);
        const { value } = decodeWithRest(codec, body);
        expect(untagged(value)).toEqual(untagged(message));
      }),
      { numRuns: runs(300) },
    );
    const prune = { type: 'prune', tag: 0x01020304 as RootTag } as const;
    const body = encode(codec, prune);
    expect(body).toEqual(Uint8Array.of(1, 1, 0xb7, 1, 2, 3, 4));
    expect(decode(codec, Uint8Array.of(1, 1, 0xb7, 1, 2, 3))).toEqual({ type: 'prune' });
    expect(decode(codec, Uint8Array.of(1, 1, 0xb6, 1, 2, 3, 4))).toEqual({ type: 'prune' });
    expect(decode(codec, Uint8Array.of(1, 1, 0xb8, 1, 2, 3, 4))).toEqual({ type: 'prune' });
    expect(decode(codec, Uint8Array.of(1, 1, 0xb7, 1, 2, 3, 4, 5))).toEqual({ type: 'prune' });
  });

  test.each([
    ['ends early', [0xb7, 1, 0, 0, 0, 7, 1]],
    ['goes on', [0xb7, 1, 0, 0, 0, 7, 1, 1, 0]],
    ['names a tag that it does not have', [0xb7, 1, 0, 0, 0, 7, 1, 2]],
    ['has no tags', [0xb7, 0, 0, 0]],
    ['has more tags than there are announcements', [0xb7, 3, 0, 0, 0, 7, 0, 0, 0, 8, 0, 0, 0, 9, 1, 1]],
    ['says that it has a million tags', [0xb7, 0xc0, 0x84, 0x3d, 0, 0, 0, 7, 1, 1]],
    ['begins with another marker', [0xb8, 1, 0, 0, 0, 7, 1, 1]],
  ])('a table for two announcements that %s is none', (_, table) => {
    const messages = [1, 2].map((byte) => ({ id: messageIdFromBytes(new Uint8Array(32).fill(byte)), round: 1 }));
    const message = { type: 'ihave', messages } as const;
    const body = Uint8Array.of(...encode(codec, message), ...table);
    expect(decode(codec, body)).toEqual(message);
  });

  test('a table for two announcements: the marker, the number of tags, the tags, an index each', () => {
    const ids = [1, 2].map((byte) => messageIdFromBytes(new Uint8Array(32).fill(byte)));
    const messages = ids.map((id, i) => ({ id, round: 1, ...(i === 1 && { tag: 7 as RootTag }) }));
    const body = encode(codec, { type: 'ihave', messages });
    expect([...body.subarray(-8)]).toEqual([0xb7, 1, 0, 0, 0, 7, 0, 1]);
    expect(decode(codec, body)).toEqual({ type: 'ihave', messages });
  });
});

describe('announcements in chunks', () => {
  test('fit into the frame with their tags, and leave nothing out', () => {
    fc.assert(
      fc.property(entries(400), fc.integer({ min: 512, max: 8_192 }), (list, limit) => {
        const chunks = ihaveChunks(list, limit);
        expect(chunks.flat()).toEqual(list);
        for (const messages of chunks) {
          expect(encodedLength(codec, { type: 'ihave', messages })).toBeLessThan(limit);
        }
      }),
      { numRuns: runs(100) },
    );
  });

  test('are those of the reference where there are no tags', () => {
    const list = Array.from({ length: 250 }, (_, i) => ({
      id: messageIdFromBytes(new Uint8Array(32).fill(i)),
      round: 0,
    }));
    expect(ihaveChunks(list, 4_096).map(({ length }) => length)).toEqual([116, 116, 18]);
    expect(ihaveChunks([], 4_096)).toEqual([]);
  });

  test('have one announcement at least, whatever the limit', () => {
    const [entry] = fc.sample(
      entries(1).filter(({ length }) => length === 1),
      1,
    ) as [IHaveEntry[]];
    expect(ihaveChunkLength(entry, 0, 10)).toBe(1);
  });
});
