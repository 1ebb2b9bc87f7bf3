import { describe, expect, test } from 'vitest';
import { nothing } from '../src/attacks/nothing.js';
import { pruneFlood } from '../src/attacks/prune-flood.js';
import type { Outcome } from '../src/siege.js';
import { failuresOf, hasHeld, trial, verdictOf } from '../src/trial.js';
import { LATE, LONG_TURN, QUIET } from './outcomes.js';

async function tried(...outcomes: readonly Outcome[]) {
  const left = [...outcomes];
  const result = await trial(nothing, async () => left.shift() as Outcome);
  return { ...result, left: left.length };
}

describe('a machine that gives the target a third of the CPU it asks for', () => {
  test('may make it three times as late: what has piled up meanwhile takes as much longer', async () => {
    expect(verdictOf(await tried({ ...LATE, share: 1 / 3 }))).toBe('held');
    expect(verdictOf(await tried({ ...LATE, p99Ms: 301, share: 1 / 3 }, LATE))).toBe('BROKEN 2 of 2');
  });
});

test('a machine on which the same work takes twice as long may have turns of twice the length', async () => {
  expect(verdictOf(await tried({ ...LONG_TURN, slowdown: 2 }))).toBe('held');
  expect(failuresOf(await tried({ ...LONG_TURN, slowdown: 1.5 }, LONG_TURN))).toEqual([
    'nothing, run 1 of 2: the longest turn took 35 ms (limit 30)',
    'nothing, run 2 of 2: the longest turn took 35 ms (limit 20)',
  ]);
});

describe('an attack', () => {
  test('that has sent nothing shows nothing', async () => {
    const result = await trial(pruneFlood, async () => QUIET);
    expect(failuresOf(result)).toContain('prune-flood, run 1 of 2: the attack has sent nothing');
    expect(hasHeld(result)).toBe(false);
  });

  test('that breaks nothing is tried once', async () => {
    const result = await tried(QUIET, QUIET);
    expect(result).toMatchObject({ left: 1 });
    expect(verdictOf(result)).toBe('held');
    expect(failuresOf(result)).toEqual([]);
  });

  test('that breaks a promise in one of three runs was held, and what broke is told', async () => {
    const result = await tried(LONG_TURN, QUIET, QUIET, QUIET);
    expect(result).toMatchObject({ left: 1 });
    expect(hasHeld(result)).toBe(true);
    expect(verdictOf(result)).toBe('held 2 of 3');
    expect(failuresOf(result)).toEqual(['nothing, run 1 of 3: the longest turn took 35 ms (limit 20)']);
  });

  test('that breaks promises in two of three runs is broken, also different ones', async () => {
    const result = await tried(LONG_TURN, QUIET, LATE);
    expect(hasHeld(result)).toBe(false);
    expect(verdictOf(result)).toBe('BROKEN 2 of 3');
    expect(failuresOf(result)).toEqual([
      'nothing, run 1 of 3: the longest turn took 35 ms (limit 20)',
      'nothing, run 3 of 3: p99 180 ms (limit 100)',
    ]);
  });

  test('that breaks promises twice in a row is broken: a third run would change nothing', async () => {
    const result = await tried(LATE, LONG_TURN, QUIET);
    expect(result).toMatchObject({ left: 1 });
    expect(verdictOf(result)).toBe('BROKEN 2 of 2');
  });
});
