import { type DistantPast, idPrefix, type MessageId, messageIdFromBytes } from '@grapevine/proto';
import { describe, expect, test } from 'vitest';
import { packKeys } from '../../src/gossip/reconciliation/frames.js';
import { pastFrame, type UnknownMessage, unknownPast } from '../../src/gossip/reconciliation/past.js';

const MINUTE = 60_000;
const id = (n: number): MessageId => messageIdFromBytes(new Uint8Array(32).fill(n));
const known = (n: number, age: number, wasHere = true) => ({ prefix: idPrefix(id(n)), age, wasHere });
const past = (messages: DistantPast['messages'], reach = Number.POSITIVE_INFINITY): DistantPast => ({
  messages,
  reach,
});
const named = (...messages: [n: number, age: number][]) => ({
  type: 'past' as const,
  prefixes: packKeys(messages.map(([n]) => idPrefix(id(n)))),
  ages: messages.map(([, age]) => age),
});

/** @returns the ages of what is unknown, and how often others had a turn meanwhile */
function search(
  frame: ReturnType<typeof named>,
  ours: DistantPast,
  seen: readonly MessageId[] = [],
  suspects: readonly UnknownMessage[] = [],
) {
  const slices = unknownPast(frame, ours, MINUTE, suspects, () => seen);
  let rests = 0;
  let next = slices.next();
  for (; !next.done; next = slices.next()) rests++;
  return { ages: next.value.map(({ age }) => age), rests };
}

describe('what a peer is told of the past', () => {
  test('is what was here and is compared no more', () => {
    const messages = [known(1, 5 * MINUTE), known(2, 4 * MINUTE, false), known(3, MINUTE), known(4, MINUTE - 1)];
    expect(pastFrame(messages, MINUTE)).toEqual(named([1, 5 * MINUTE], [3, MINUTE]));
  });

  test('is nothing where there is none, and never older than a frame can say', () => {
    expect(pastFrame([known(1, 10)], MINUTE)).toBeUndefined();
    expect(pastFrame([known(1, 2 ** 40)], MINUTE)?.ages).toEqual([2 ** 32 - 1]);
  });
});

describe('what a peer names of its past', () => {
  test('is unknown where it is neither in ours nor among the ids that are known otherwise', () => {
    const frame = named([1, 9 * MINUTE], [2, 8 * MINUTE], [3, 7 * MINUTE]);
    expect(search(frame, past([known(1, 9 * MINUTE, false)]), [id(3)]).ages).toEqual([8 * MINUTE]);
  });

  test('is looked for with what an earlier one has named, and this one does not', () => {
    const suspects = [known(1, MINUTE), known(2, 2 * MINUTE), known(3, 3 * MINUTE)];
    expect(search(named(), past([known(1, MINUTE)]), [id(2)], suspects).ages).toEqual([3 * MINUTE]);
  });

  test('is left alone where ours does not reach back so far, or what it names is still compared', () => {
    const frame = named([1, 9 * MINUTE], [2, 5 * MINUTE - 9_000], [3, 4 * MINUTE], [4, MINUTE - 1]);
    expect(search(frame, past([], 5 * MINUTE)).ages).toEqual([4 * MINUTE]);
  });

  test('is looked for among many ids in slices, and not at all where everything is known', () => {
    const many = Array.from({ length: 1_000 }, () => id(9));
    expect(search(named([1, MINUTE]), past([]), many).rests).toBe(5);
    expect(search(named([1, MINUTE]), past([known(1, MINUTE)]), many).rests).toBe(0);
  });

  test('is 64 messages at most', () => {
    const frame = named(...Array.from({ length: 65 }, (_, n): [number, number] => [n, MINUTE]));
    expect(() => search(frame, past([]))).toThrow('more than anybody remembers');
  });

  test('has an age for each', () => {
    for (const broken of [
      { prefixes: new Uint8Array(7), ages: [MINUTE] },
      { prefixes: new Uint8Array(6), ages: [] },
    ]) {
      expect(() => search({ type: 'past', ...broken }, past([]))).toThrow('a broken past');
    }
  });
});
