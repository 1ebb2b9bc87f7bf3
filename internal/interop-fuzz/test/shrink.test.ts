import { expect, test } from 'vitest';
import { makeCase } from '../src/fuzz.js';
import type { Step } from '../src/fuzz-case.js';
import { shrink } from '../src/shrink.js';

test('takes out all that a difference does not need', async () => {
  const { fuzzCase } = makeCase(3);
  const isQuit = (step: Step) => step.do === 'quit';
  const at = fuzzCase.steps.findIndex(isQuit);
  expect(at).toBeGreaterThan(0);
  const least = await shrink(fuzzCase, at, async ({ steps }) => steps.some(isQuit));
  expect(least.steps).toEqual([fuzzCase.steps[at]]);
  expect(least.config).toEqual({ mode: 'reference', membership: {}, broadcast: {} });
});

test('keeps what it does need: two steps far from each other, an entry of a list, a setting', async () => {
  const { fuzzCase } = makeCase(3);
  const isList = (step: Step) =>
    step.do === 'receive' && step.message.type === 'ihave' && step.message.messages.length > 0;
  const first = fuzzCase.steps.findIndex(isList);
  const { node } = fuzzCase.steps[first] as Step;
  const last = fuzzCase.steps.findLastIndex((step) => step.node === node && step.do === 'timer');
  expect(last).toBeGreaterThan(first);
  const least = await shrink(fuzzCase, last, async ({ steps, config }) => {
    const graftTimeout = config.broadcast?.graftTimeout1;
    return steps.some(isList) && steps.at(-1)?.do === 'timer' && graftTimeout !== undefined;
  });
  expect(least.steps.map((step) => step.do)).toEqual(['receive', 'timer']);
  const [list] = least.steps;
  expect(list?.do === 'receive' && list.message.type === 'ihave' && list.message.messages.length).toBe(1);
  expect(least.config.broadcast).toEqual({ graftTimeout1: fuzzCase.config.broadcast?.graftTimeout1 });
});
