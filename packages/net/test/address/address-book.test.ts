import { beforeEach, expect, test } from 'vitest';
import { AddressBook } from '../../src/address/address-book.js';
import { directAddrs, endpointAddr, type TransportAddr } from '../../src/address/endpoint-addr.js';
import { formatSocketAddr, parseSocketAddr } from '../../src/address/socket-addr.js';
import type { EndpointId } from '../../src/identity/endpoint-id.js';

const A = 'a'.repeat(64) as EndpointId;
let now = 0;
let book: AddressBook;
beforeEach(() => {
  now = 0;
  book = new AddressBook({ now: () => now });
});

const at = (text: string, id = A) => endpointAddr(id, parseSocketAddr(text));
const idOf = (i: number) => i.toString(16).padStart(64, '0') as EndpointId;
const known = (id = A) => directAddrs(book.get(id)).map(formatSocketAddr);

test('user-supplied addresses come first, then proven ones, then hearsay', () => {
  book.add(at('10.0.0.3:3'), 'gossip');
  book.add(at('10.0.0.2:2'), 'proven');
  book.add(at('10.0.0.1:1'), 'user');
  expect(known()).toEqual(['10.0.0.1:1', '10.0.0.2:2', '10.0.0.3:3']);
});

test('hearsay does not push out what the user said or a connection proved', () => {
  book.add(at('10.0.0.1:1'), 'user');
  book.add(at('10.0.0.2:2'), 'proven');
  book.add(at('10.6.6.6:6'), 'gossip');
  book.add(at('10.7.7.7:7'), 'gossip');
  expect(known()).toEqual(['10.0.0.1:1', '10.0.0.2:2', '10.7.7.7:7']);
});

test('hearsay is believed for five minutes', () => {
  book.add(at('10.0.0.1:1'), 'gossip');
  now = 299_999;
  expect(known()).toEqual(['10.0.0.1:1']);
  now = 300_000;
  expect(known()).toEqual([]);
  expect(book.size).toBe(0);
});

test('hearsay about impossible addresses is not believed', () => {
  for (const lie of ['0.0.0.0:1', '10.0.0.1:0', '224.0.0.1:9', '255.255.255.255:9', '[::]:1', '[ff02::1]:1'])
    book.add(at(lie), 'gossip');
  expect(known()).toEqual([]);
});

test('hearsay points at this machine only where the endpoint lives there', () => {
  book.add(at('127.0.0.1:1'), 'gossip');
  expect(known()).toEqual([]);
  book = new AddressBook({ allowLoopback: true });
  book.add(at('127.0.0.1:1'), 'gossip');
  expect(known()).toEqual(['127.0.0.1:1']);
});

test('one teller can name 16 addresses of an endpoint, no more', () => {
  const many = Array.from(
    { length: 100 },
    (_, i): TransportAddr => ({ type: 'ip', addr: { host: '10.0.0.1', port: i + 1 } }),
  );
  book.add({ id: A, addrs: many }, 'gossip');
  expect(known()).toHaveLength(16);
});

test('each degree of trust has room of its own: 4,096 pieces of hearsay cost nobody else a place', () => {
  book.add(at('10.0.0.1:1', idOf(1)), 'user');
  book.add(at('10.0.0.1:2', idOf(2)), 'proven');
  book.add(at('10.0.0.1:3', idOf(3)), 'self');
  for (let i = 10; i < 10_000; i++) book.add(at('10.0.0.2:2', idOf(i)), 'gossip');
  expect(book.size).toBe(4096 + 3);
  expect([1, 2, 3].flatMap((i) => known(idOf(i)))).toEqual(['10.0.0.1:1', '10.0.0.1:2', '10.0.0.1:3']);
});

test('one host that proves itself with thousands of keys pushes out its own, and nobody else', () => {
  book.add(at('10.0.0.1:1', idOf(1)), 'proven');
  for (let i = 10; i < 10_000; i++) book.add(at(`10.0.0.2:${i}`, idOf(i)), 'proven');
  expect(book.size).toBe(4096);
  expect(known(idOf(1))).toEqual(['10.0.0.1:1']);
});

test('a third party does not change what a peer has said about itself', () => {
  book.add(at('10.0.0.1:1'), 'self');
  book.add(at('10.6.6.6:6'), 'gossip');
  expect(known()).toEqual(['10.0.0.1:1', '10.6.6.6:6']);
  expect(directAddrs(book.get(A, { sources: ['user', 'proven', 'self'] })).map(formatSocketAddr)).toEqual([
    '10.0.0.1:1',
  ]);
});

test('providers are asked when an id is unknown, and their failures are none of ours', async () => {
  book.addProvider({ lookup: () => Promise.reject(new Error('down')) });
  book.addProvider({ lookup: async () => at('10.0.0.5:5').addrs });
  expect(directAddrs(await book.resolve(A)).map(formatSocketAddr)).toEqual(['10.0.0.5:5']);
  book.add(at('10.0.0.1:1'), 'user');
  expect(directAddrs(await book.resolve(A)).map(formatSocketAddr)).toEqual(['10.0.0.1:1']);
});

test('an aborted lookup rejects with its reason', async () => {
  const controller = new AbortController();
  book.addProvider({
    lookup: async () => {
      controller.abort(new Error('enough'));
      return [];
    },
  });
  await expect(book.resolve(A, { signal: controller.signal })).rejects.toThrow('enough');
});
