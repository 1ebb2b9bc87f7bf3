import { expect, test } from 'vitest';
import { resolveConfig, seededRng } from '../src/index.js';
import { ReferenceState } from '../src/reference/index.js';
import { testSeed } from './helper/swarm.js';

// reference-trace.test.ts shows that it decides as the mode does, output for output.

const state = (config?: object) =>
  new ReferenceState({ me: 1, rng: seededRng(testSeed(1)), ...(config && { config }) });

test.each([
  ['nothing', undefined],
  ['other settings', { membership: { activeViewCapacity: 3 } }],
  ['its own mode', { mode: 'reference' }],
  ['a config that is resolved', resolveConfig({ mode: 'reference' })],
])('the kernel with one mode has that mode, given %s', (_, config) => {
  expect(state(config).config.mode).toBe('reference');
});

test('it refuses the other one, whose rules it does not have', () => {
  expect(() => state({ mode: 'hardened' })).toThrow(RangeError);
  expect(() => state(resolveConfig())).toThrow(/mode must be 'reference'/);
});
