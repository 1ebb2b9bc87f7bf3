import { topicIdFrom } from '@grapevine/api';
import { type RecvStream, SecretKey } from '@grapevine/net';
import { decode } from '@grapevine/postcard';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import rows from '../../postcard/test/vectors.json' with { type: 'json' };
import { ItemTooLargeError, RpcProtocolError } from '../src/index.js';
import { ItemReader } from '../src/item-reader.js';
import { encodeItem } from '../src/item-writer.js';
import { MAX_ITEM } from '../src/protocol.js';
import { type Command, commandSchema, eventSchema, type Request, requestSchema, type WireEvent } from '../src/wire.js';
import { length } from './raw-client.js';

const topic = topicIdFrom('17'.repeat(32));
const id = (seed: number) => SecretKey.fromBytes(new Uint8Array(32).fill(seed)).id;
const [a, b] = [id(1), id(2)];
const content = Uint8Array.from(Buffer.from('hi'));

const vectors: Record<string, Request | Command | WireEvent> = {
  R1: { type: 'join', topic, bootstrap: [] },
  R2: { type: 'join', topic, bootstrap: [a, b] },
  R3: { type: 'broadcast', content },
  R4: { type: 'broadcastNeighbors', content },
  R5: { type: 'joinPeers', peers: [b] },
  R6: { type: 'neighborUp', peer: a },
  R7: { type: 'neighborDown', peer: a },
  R8: { type: 'received', content, scope: { type: 'swarm', round: 0 }, deliveredFrom: a },
  R9: { type: 'received', content, scope: { type: 'neighbors' }, deliveredFrom: a },
  R10: { type: 'lagged' },
};

function schemaOf({ type }: { readonly type: string }) {
  return [requestSchema, commandSchema, eventSchema].find(({ types }) => (types as readonly string[]).includes(type));
}

/** A stream that brings bytes in these pieces. */
function streamOf(...chunks: readonly Uint8Array[]): RecvStream {
  const left = [...chunks];
  return { read: async () => left.shift(), stop() {} };
}

describe('vectors of the wire reference', () => {
  test.each(Object.entries(vectors))('%s is written and read', async (name, value) => {
    const [, hex] = (rows as unknown as [string, string][]).find(([title]) => title.split(' ')[0] === name) ?? [];
    const schema = schemaOf(value);
    if (!schema) throw new Error(`no schema for ${name}`);
    expect(Buffer.from(encodeItem(schema as never, value as never)).toString('hex')).toBe(hex);
    const body = await new ItemReader(streamOf(Uint8Array.from(Buffer.from(hex ?? '', 'hex')))).next();
    const read = decode<unknown>(schema, body ?? new Uint8Array());
    // The set of R2 comes in the order of its bytes.
    expect(read).toEqual(name === 'R2' ? { ...value, bootstrap: [b, a] } : value);
  });
});

describe('a reader of items', () => {
  test('gets each item whole, however the stream is cut', async () => {
    const bodies = fc.array(fc.uint8Array({ maxLength: 300, size: 'max' }), { maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(bodies, fc.infiniteStream(fc.integer({ min: 1, max: 400 })), async (items, sizes) => {
        let bytes: Uint8Array = Buffer.concat(items.flatMap((item) => [length(item.length), item]));
        const chunks: Uint8Array[] = [];
        while (bytes.length > 0) {
          const size = sizes.next().value;
          chunks.push(bytes.subarray(0, size));
          bytes = bytes.subarray(size);
        }
        let pending = 0;
        const reader = new ItemReader(streamOf(...chunks), {
          pending: {
            add(more) {
              pending += more;
            },
          },
        });
        for (const item of items) expect(await reader.next()).toEqual(item);
        expect(await reader.next()).toBeUndefined();
        expect(pending).toBe(0);
      }),
      { seed: 7 },
    );
  });

  test('refuses an item by its length alone', async () => {
    const refusal = await new ItemReader(streamOf(length(MAX_ITEM + 1))).next().catch((error) => error);
    expect(refusal).toBeInstanceOf(ItemTooLargeError);
    expect(refusal).toMatchObject({ length: MAX_ITEM + 1, limit: MAX_ITEM, code: 'ERR_RPC_ITEM_TOO_LARGE' });
  });

  test.each([
    ['inside a length', Uint8Array.of(0x80)],
    ['inside an item', Uint8Array.of(3, 1, 2)],
    ['before the first byte of an item', Uint8Array.of(1)],
    ['after eleven bytes of length', length(0, 11)],
  ])('refuses a stream that ends %s', async (_, bytes) => {
    await expect(new ItemReader(streamOf(bytes)).next()).rejects.toThrow(RpcProtocolError);
  });
});

test('an item over the limit is not written', () => {
  const huge = { type: 'broadcast' as const, content: new Uint8Array(MAX_ITEM) };
  expect(() => encodeItem(commandSchema, huge)).toThrow(ItemTooLargeError);
  const largest = { type: 'broadcast' as const, content: new Uint8Array(MAX_ITEM - 5) };
  expect(encodeItem(commandSchema, largest)).toHaveLength(MAX_ITEM + 4);
});
