import { beforeEach, expect, test } from 'vitest';
import { DialQueue, type DialReason } from '../../../src/gossip/sources/dial-queue.js';
import { sourceLimits } from '../../../src/gossip/sources/limits.js';
import type { EndpointId } from '../../../src/identity/endpoint-id.js';

const id = (name: string) => name as EndpointId;
const pays = () => true;
let queue: DialQueue;
beforeEach(() => {
  queue = new DialQueue(sourceLimits({ maxPeers: 1_024, maxConcurrentDials: 32 }));
});

function add(name: string, reason: DialReason, namedBy = 'nobody'): boolean {
  return queue.add({ peer: id(name), reason, namedBy, timeoutMs: 1 });
}

function startAll(mayStart: () => boolean = pays): string[] {
  const started: string[] = [];
  for (let next = queue.start(mayStart); next; next = queue.start(mayStart)) started.push(next.peer);
  return started;
}

test('the user comes first, then peers that we have met, then hearsay, whoever came first', () => {
  add('named', 'hearsay');
  add('former', 'met');
  add('bootstrap', 'user');
  expect(startAll()).toEqual(['bootstrap', 'former', 'named']);
});

test('of 5,000 peers that five sources name seven are dialed at once: of the eight places one is left for the next source', () => {
  for (let i = 0; i < 1_000; i++)
    for (const source of ['a', 'b', 'c', 'd', 'e']) add(`${source}${i}`, 'hearsay', source);
  const started = startAll();
  expect(started).toHaveLength(7);
  expect(queue.hearsay.waiting).toBeLessThan(128);
  expect(add('f0', 'hearsay', 'f')).toBe(true);
  expect(startAll()).toEqual(['f0']);
});

test('one source alone gets four of the eight, and 64 of its peers wait', () => {
  for (let i = 0; i < 1_000; i++) add(`a${i}`, 'hearsay', 'a');
  expect(startAll()).toHaveLength(4);
  expect(queue.hearsay.waiting).toBe(60);
  expect(add('b0', 'hearsay', 'b')).toBe(true);
  expect(startAll()).toEqual(['b0']);
});

test('a join of the user starts at once, while dials to everybody else take all they may', () => {
  for (let i = 0; i < 100; i++) add(`former${i}`, 'met');
  for (let i = 0; i < 100; i++) add(`named${i}`, 'hearsay', 'a');
  expect(startAll()).toHaveLength(24);
  add('bootstrap', 'user');
  expect(startAll()).toEqual(['bootstrap']);
});

test('a peer that waits as hearsay is dialed for the user as soon as he names it', () => {
  for (let i = 0; i < 10; i++) add(`a${i}`, 'hearsay', 'a');
  startAll();
  queue.promote(id('a9'), 'user');
  expect(startAll()).toEqual(['a9']);
  queue.promote(id('a8'), 'hearsay');
  expect(startAll()).toEqual([]);
});

test('who cannot pay waits, and keeps nobody else waiting', () => {
  add('a0', 'hearsay', 'a');
  add('b0', 'hearsay', 'b');
  const broke = queue.start(({ namedBy }) => namedBy === 'b');
  expect(broke?.peer).toBe('b0');
  expect(startAll(() => false)).toEqual([]);
  expect(startAll()).toEqual(['a0']);
});

test('what has ended or is given up leaves nothing behind', () => {
  for (let i = 0; i < 10; i++) add(`a${i}`, 'hearsay', 'a');
  for (const name of startAll()) queue.ended(id(name));
  expect(queue.remove(id('a9'))).toBe(true);
  expect(queue.remove(id('a9'))).toBe(false);
  expect(queue.clear()).toHaveLength(5);
  expect(queue.size).toBe(0);
  expect(queue.hearsay).toEqual({ running: 0, waiting: 0 });
});
