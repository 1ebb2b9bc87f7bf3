import { describe, expect, test } from 'vitest';
import {
  array32,
  bool,
  bytes,
  decode,
  decodeWithRest,
  encode,
  enumOf,
  flatEnum,
  mapped,
  option,
  type Schema,
  seq,
  string,
  struct,
  u16,
  u64,
  unitEnum,
} from '../src/index.js';
import { hex, toHex } from './helper.js';
import rows from './vectors.json' with { type: 'json' };

// The wire formats as schemas. Every vector must decode, and encode to the same bytes.

/** Raw bytes of a fixed length, which only the tests need. */
const fixed = (length: number): Schema<Uint8Array> => ({
  minLength: length,
  size: () => length,
  write: (writer, value) => writer.raw(value),
  read: (reader) => reader.raw(length),
});

const socketAddr = enumOf({ v4: { octets: fixed(4), port: u16 }, v6: { octets: fixed(16), port: u16 } });
const peerData = option(bytes);
const peerInfo = struct({ id: array32, data: peerData });
const scope = enumOf({ swarm: { round: u16 }, neighbors: {} });
const message = flatEnum([
  enumOf({
    join: { data: peerData },
    forwardJoin: { peer: peerInfo, ttl: u16 },
    shuffle: { origin: array32, nodes: seq(peerInfo), ttl: u16 },
    shuffleReply: { nodes: seq(peerInfo) },
    neighbor: { priority: unitEnum(['high', 'low']), data: peerData },
    disconnect: { alive: bool, respond: bool },
  }),
  enumOf({
    gossip: { id: array32, content: bytes, scope },
    prune: {},
    graft: { id: option(array32), round: u16 },
    ihave: { messages: seq(struct({ id: array32, round: u16 })) },
  }),
]);
const addrInfo = struct({ relayUrl: option(string), directAddresses: seq(socketAddr) });
/** How iroh-base 1.0 wrote custom addresses; later ones write plain bytes. */
const customOf10 = enumOf({ inline: { size: fixed(1), data: fixed(30) }, heap: { data: bytes } });
const endpointAddr = (custom: Schema<unknown>): Schema<unknown> =>
  struct({
    id: array32,
    addrs: seq(enumOf({ relay: { url: string }, ip: { addr: socketAddr }, custom: { id: u64, data: custom } })),
  });
const endpoint = endpointAddr(bytes);
const signature = mapped(bytes, {
  decode(value) {
    if (value.length !== 64) throw new RangeError('a signature has 64 bytes');
    return value;
  },
  encode: (value: Uint8Array) => value,
});
const chatTicket = struct({ topic: array32, peers: seq(endpoint) });

const schemas: Record<string, Schema<unknown>> = {
  H1: array32,
  T1: enumOf({ variant1: { addr: endpoint } }),
  T2: chatTicket,
  T3: chatTicket,
  T4a: endpointAddr(customOf10),
  T4b: endpoint,
  C1: enumOf({ aboutMe: { name: string }, message: { text: string } }),
  C2: enumOf({ aboutMe: { name: string }, message: { text: string } }),
  C3: struct({ from: array32, data: bytes, signature }),
  C4: struct({ from: array32, data: bytes, signature }),
};
const request = enumOf({ join: { topic: array32, bootstrap: seq(array32) } });
const command = enumOf({
  broadcast: { content: bytes },
  broadcastNeighbors: { content: bytes },
  joinPeers: { peers: seq(array32) },
});
const event = enumOf({
  neighborUp: { peer: array32 },
  neighborDown: { peer: array32 },
  received: { content: bytes, scope, deliveredFrom: array32 },
  lagged: {},
});

/** The schema of a vector and the bytes that stand in front of it: frames and remote control put a length there. */
function layout(name: string): { schema: Schema<unknown>; prefix: number } {
  const [key = ''] = name.split(' ');
  const base = key.replace(/f$/, '');
  const prefix = key.endsWith('f') ? 4 : 0;
  const known = schemas[base];
  if (known !== undefined) return { schema: known, prefix };
  if (/^[GS]\d/.test(base)) return { schema: message, prefix };
  if (/^D\d/.test(base)) return { schema: addrInfo, prefix };
  if (/^R[12]$/.test(base)) return { schema: request, prefix: 1 };
  if (/^R[345]$/.test(base)) return { schema: command, prefix: 1 };
  if (/^R\d/.test(base)) return { schema: event, prefix: 1 };
  throw new Error(`no schema for ${name}`);
}

describe('the wire reference', () => {
  test.each(rows as [string, string, number, string][])(
    'vector %s decodes and comes back byte for byte',
    (name, text, length) => {
      const { schema, prefix } = layout(name);
      const all = hex(text);
      expect(all.length).toBe(length);
      const body = all.subarray(prefix);
      if (prefix === 4) expect(new DataView(all.buffer).getUint32(0)).toBe(body.length);
      if (prefix === 1) expect(all[0]).toBe(body.length);
      const { value, rest } = decodeWithRest(schema, body);
      expect(rest.length).toBe(0);
      expect(toHex(encode(schema, value))).toBe(toHex(body));
    },
  );

  // Bytes that no encoder writes, and which the crate accepts.
  test.each([
    ['0101ff', 'prune'],
    ['81008100', 'prune'],
    ['010200808000', 'graft'],
  ])('%s is accepted', (text, type) => {
    expect(decode(message, hex(text))).toMatchObject({ type });
  });

  test.each([
    ['0104', 'BadVariant'],
    ['0006', 'BadVariant'],
    ['02', 'BadVariant'],
    ['000002', 'BadOption'],
    ['00050200', 'BadBool'],
    ['00040200', 'BadVariant'],
    ['0102008080808000', 'BadVarint'],
    ['010200ffff04', 'BadVarint'],
    ['01030a', 'UnexpectedEnd'],
    ['', 'UnexpectedEnd'],
    ['000501', 'UnexpectedEnd'],
  ])('%s is refused as %s', (text, kind) => {
    expect(() => decode(message, hex(text))).toThrow(expect.objectContaining({ kind }));
  });

  test('a signature that is not 64 bytes long is refused', () => {
    expect(() => decode(signature, hex('02aabb'))).toThrow(expect.objectContaining({ kind: 'InvalidValue' }));
  });
});
