import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { decode, encode } from '@grapevine/postcard';
import { describe, expect, test } from 'vitest';
import { decodeAddrInfo, encodeAddrInfo, endpointAddrSchema } from '../../src/address/codec.js';
import { type EndpointAddr, endpointAddr, type TransportAddr } from '../../src/address/endpoint-addr.js';
import { parseSocketAddr, socketAddr } from '../../src/address/socket-addr.js';
import { formatTicket, parseTicket } from '../../src/address/ticket.js';
import { ParseError } from '../../src/errors.js';
import { decodeHeader, decodeMessage, encodeFrame, encodeHeader } from '../../src/gossip/wire.js';
import { type EndpointId, endpointIdFromBytes } from '../../src/identity/endpoint-id.js';
import { SecretKey } from '../../src/identity/secret-key.js';
import { encodeBase32 } from '../../src/util/base32.js';

/** name → hex, from the wire notes of iroh-gossip 0.101. */
const vectors = new Map(
  (
    JSON.parse(readFileSync(new URL('../../../postcard/test/vectors.json', import.meta.url), 'utf8')) as [
      string,
      string,
    ][]
  ).map(([name, hex]) => [name.split(' ')[0], hex]),
);
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const bytes = (name: string) => Buffer.from(vectors.get(name) ?? '', 'hex');

const A = SecretKey.fromBytes(new Uint8Array(32).fill(1)).id;
const ip = (text: string): TransportAddr => ({ type: 'ip', addr: parseSocketAddr(text) });
const relay = (url: string): TransportAddr => ({ type: 'relay', url });

describe('peer data', () => {
  const rows: [string, TransportAddr[]][] = [
    ['D1', []],
    ['D2', [ip('127.0.0.1:4433')]],
    ['D3', [relay('https://example.com/'), ip('10.0.0.1:1'), ip('[2001:db8::1]:65535')]],
  ];
  test.each(rows)('%s', (name, addrs) => {
    expect(hex(encodeAddrInfo(addrs))).toBe(vectors.get(name));
    expect(decodeAddrInfo(bytes(name))).toEqual(addrs);
  });

  describe('with custom addresses behind them', () => {
    const custom = (transport: bigint, length = 3): TransportAddr => ({
      type: 'custom',
      transport,
      data: new Uint8Array(length).fill(7),
    });
    const plain = encodeAddrInfo([ip('127.0.0.1:4433')]);

    test('begin with the very bytes that they are without', () => {
      const data = encodeAddrInfo([ip('127.0.0.1:4433'), custom(5n)]);
      expect(hex(data.subarray(0, plain.length))).toBe(hex(plain));
      expect(decodeAddrInfo(data)).toEqual([ip('127.0.0.1:4433'), custom(5n)]);
    });

    test('are written and read up to four, of 512 bytes each', () => {
      const many = [1n, 2n, 3n, 4n, 5n, 6n].map((id) => custom(id));
      expect(decodeAddrInfo(encodeAddrInfo(many))).toEqual(many.slice(0, 4));
      expect(decodeAddrInfo(encodeAddrInfo([custom(1n, 513), custom(2n)]))).toEqual([custom(2n)]);
    });

    test.each(['ff', '01', '0105', '0105ff', 'deadbeef'])('are nothing where %s follows', (rest) => {
      expect(decodeAddrInfo(Buffer.concat([plain, Buffer.from(rest, 'hex')]))).toEqual([ip('127.0.0.1:4433')]);
    });
  });

  test('empty bytes are no addresses', () => expect(decodeAddrInfo(new Uint8Array())).toEqual([]));

  test('sets are written sorted and each once; only the first relay counts', () => {
    const addrs = [
      ip('[::1]:1'),
      ip('10.0.0.1:2'),
      ip('10.0.0.1:1'),
      ip('10.0.0.1:2'),
      relay('https://b/'),
      relay('https://a/'),
    ];
    expect(decodeAddrInfo(encodeAddrInfo(addrs))).toEqual([
      relay('https://a/'),
      ip('10.0.0.1:1'),
      ip('10.0.0.1:2'),
      ip('[::1]:1'),
    ]);
  });

  test('a set is read in any order, and what comes twice counts once', () => {
    const unsorted = Buffer.from('0003' + '007f00000102' + '007f00000101' + '007f00000102', 'hex');
    expect(decodeAddrInfo(unsorted)).toEqual([ip('127.0.0.1:1'), ip('127.0.0.1:2')]);
  });

  test('garbage throws', () => {
    expect(() => decodeAddrInfo(Uint8Array.of(2))).toThrow();
    expect(() => decodeAddrInfo(Uint8Array.of(0, 5, 0))).toThrow();
    expect(() => decodeAddrInfo(Buffer.from('0103' + '7a7a7a' + '00', 'hex'))).toThrow('Invalid URL');
  });
});

describe('tickets', () => {
  const text =
    'endpointacxfr74igmsbvsbnn73wcecg5vt3kbzncqwfrdiampuufwnhkublmaqacbuhi5dqhixs6zdfojyc43lffyxqcad7aaaadaai';

  test("the vector of iroh-tickets' own test reads and writes", () => {
    const addr = parseTicket(text);
    expect(addr.id).toBe('ae58ff8833241ac82d6ff7611046ed67b5072d142c588d0063e942d9a75502b6');
    expect(addr.addrs).toEqual([relay('http://derp.me./'), ip('127.0.0.1:1024')]);
    expect(formatTicket(addr)).toBe(text);
    expect(parseTicket(`  ${text.toUpperCase()}\n`)).toEqual(addr);
  });

  test.each([
    ['', 'does not begin'],
    ['hello', 'does not begin'],
    [`room${text.slice(8)}`, 'it is a room ticket (a topic and peers in it); expected "endpoint…"'],
    [`doc${text.slice(8)}`, 'it is a document ticket of iroh; expected "endpoint…"'],
    ['ae58ff8833241ac82d6ff7611046ed67b5072d142c588d0063e942d9a75502b6', 'it is an id in 64 hex digits'],
    [text.slice(0, -2), "can't be"],
    [text.slice(0, -8), 'expected 4 bytes, got 1'],
    [`endpoint${'1'.repeat(8)}`, 'not a base32 letter'],
    [`endpointae${text.slice(10)}`, 'variant'],
  ])('%j is refused', (bad, why) => {
    expect(() => parseTicket(bad)).toThrow(ParseError);
    expect(() => parseTicket(bad)).toThrow(why);
  });

  test('an id that is no curve point fails the whole ticket', () => {
    const body = Buffer.concat([Buffer.from([0]), Buffer.alloc(32, 2), Buffer.from([0])]);
    expect(() => parseTicket(`endpoint${encodeBase32(body)}`)).toThrow('not a point of the curve');
  });
});

describe('custom addresses, as iroh-base writes them since 1.1', () => {
  const addr: EndpointAddr = { id: A, addrs: [{ type: 'custom', transport: 0x544f52n, data: Uint8Array.of(1, 2, 3) }] };

  test('T4b', () => {
    expect(hex(encode(endpointAddrSchema, addr))).toBe(vectors.get('T4b'));
    expect(decode(endpointAddrSchema, bytes('T4b'))).toEqual(addr);
  });

  test.each([0, 30, 31, 200])('%i bytes of data come back', (length) => {
    const data = new Uint8Array(length).fill(9);
    const long: EndpointAddr = { id: A, addrs: [{ type: 'custom', transport: 2n ** 64n - 1n, data }] };
    expect(decode(endpointAddrSchema, encode(endpointAddrSchema, long))).toEqual(long);
  });
});

describe('frames of the network', () => {
  test('a header frame is H1f', () => {
    const topic = decodeHeader(bytes('H1'));
    expect(hex(encodeHeader(topic))).toBe(vectors.get('H1f'));
  });

  test.each(['G1f', 'G6f', 'S1f', 'S12f'])('%s', (name) => {
    const frame = bytes(name);
    expect(hex(encodeFrame(decodeMessage(frame.subarray(4))))).toBe(vectors.get(name));
  });

  test('a peer in a message may be any 32 bytes: whether it is a curve point is asked when it is used', () => {
    expect(decodeMessage(bytes('S4'))).toMatchObject({ type: 'forwardJoin', peer: { id: A } });
    const named = Buffer.concat([Buffer.from('0001', 'hex'), Buffer.alloc(32, 2), Buffer.from('0006', 'hex')]);
    expect(decodeMessage(named)).toMatchObject({ peer: { id: '02'.repeat(32) } });
    expect(() => endpointIdFromBytes(Buffer.alloc(32, 2))).toThrow('not a point of the curve');
    expect(endpointIdFromBytes(Buffer.alloc(32, 0x17))).toBe('17'.repeat(32));
  });
});

describe('what a list of strangers costs to read', () => {
  const cpuPerMegabyte = (body: Uint8Array, read: (body: Uint8Array) => unknown): number => {
    for (let i = 0; i < 200; i++) read(body);
    const began = process.cpuUsage();
    for (let i = 0; i < 500; i++) read(body);
    const { user, system } = process.cpuUsage(began);
    return (user + system) / 1_000 / ((500 * body.length) / 1e6);
  };

  test('120 ids that nobody has seen: under 50 ms for a megabyte', () => {
    const id = () => randomBytes(32).toString('hex') as EndpointId;
    const nodes = Array.from({ length: 120 }, () => ({ id: id(), data: undefined }));
    const body = encodeFrame({ type: 'shuffle', origin: id(), nodes, ttl: 0 }).subarray(4);
    expect(cpuPerMegabyte(body, decodeMessage)).toBeLessThan(50); // 2,900 ms when each was decompressed
  });

  test('200 addresses of one peer: 16 are read, under 50 ms for a megabyte', () => {
    const addrs = Array.from(
      { length: 200 },
      (_, i): TransportAddr => ({
        type: 'ip',
        addr: socketAddr(`2001:db8:${((i * 7_919) % 65_536).toString(16)}::${(i + 1).toString(16)}`, 1_000 + i),
      }),
    );
    const data = encodeAddrInfo(addrs);
    expect(decodeAddrInfo(data)).toHaveLength(16);
    expect(cpuPerMegabyte(data, decodeAddrInfo)).toBeLessThan(50);
  });
});

test('an address of an id with nothing else', () => expect(endpointAddr(A)).toEqual({ id: A, addrs: [] }));
