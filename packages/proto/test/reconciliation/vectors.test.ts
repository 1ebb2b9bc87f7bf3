import { describe, expect, it } from 'vitest';
import { HalfSipHash } from '../../src/reconciliation/half-sip-hash.js';
import { reconcile } from './support.js';

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const SALT = Uint8Array.of(0, 1, 2, 3, 4, 5, 6, 7);
const id = (fill: number) => new Uint8Array(32).fill(fill);
const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => id(from + i));

describe('HalfSipHash-2-4', () => {
  it('gives the low 48 bits of the published vector (veorq/SipHash, vectors_hsip64, 32 bytes)', () => {
    const input = Uint8Array.from({ length: 32 }, (_, i) => i);
    // 28 70 9d 46 d8 11 62 6c
    expect(new HalfSipHash(SALT).hash(input)).toBe(0x11d8469d7028);
  });
});

/** Sessions byte by byte, initiator first, in turns. `docs/reconciliation.md` takes the second apart. */
const SESSIONS: readonly {
  name: string;
  a: readonly Uint8Array[];
  b: readonly Uint8Array[];
  frames: readonly string[];
}[] = [
  { name: 'two empty sets', a: [], b: [], frames: ['00010203040506070000000000000000', '0000000000000000'] },
  {
    name: 'two ids each, one of them in common: a list, and what it lacks',
    a: range(1, 3),
    b: range(2, 4),
    frames: ['0001020304050607027190e046a36b04dd149a571e93947b46ef84d8', '024122538889520202640db9306bbf'],
  },
  {
    name: 'six and five ids: eight parts, one of which differs, and an empty list of its keys',
    a: range(1, 7),
    b: range(2, 7),
    frames: [
      '00010203040506070638876153e5960794ec23cffca3000000000000dd149a640db9947b46000000',
      '05a40b1b6460be060001',
      '02947b46ef8418',
    ],
  },
];

describe('the frames of a session', () => {
  it.each(SESSIONS)('are as written down: $name', ({ a, b, frames }) => {
    expect(reconcile(a, b, SALT).frames.map(hex)).toEqual(frames);
  });
});
