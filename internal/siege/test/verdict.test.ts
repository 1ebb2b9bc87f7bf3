import { describe, expect, test } from 'vitest';
import type { Attack } from '../src/attack.js';
import { nothing } from '../src/attacks/nothing.js';
import { allowedCpuMs, needsNoFloor } from '../src/verdict.js';
import { QUIET } from './outcomes.js';

const outcome = {
  ...QUIET,
  steady: { seconds: 10, sent: 2e6, handshakes: 1_000, cpuMs: 2_000 },
  floor: { kind: 'transport', cpuMsPerMegabyte: 100, handshakeMs: 1.5 },
} as const;
const SHARE = 10 * 20 + 100; // 2 % of a core, and what was saved up
const ERRORS = 10 * 20 + 150;

describe('the CPU that an attack may cost', () => {
  test('is what receiving takes, 50 ms for a megabyte, and the share of a source', () => {
    expect(allowedCpuMs(nothing, outcome)).toBe(SHARE + ERRORS + 2 * (50 + 125));
  });

  test('has the handshakes in it where each connection comes from an address that nobody had before', () => {
    const everywhere: Attack = { ...nothing, isFromEverywhere: true };
    expect(allowedCpuMs(everywhere, outcome)).toBe(allowedCpuMs(nothing, outcome) + 1_500);
    expect(needsNoFloor(everywhere, outcome)).toBe(false);
  });
});
