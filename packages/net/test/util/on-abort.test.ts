import { once } from 'node:events';
import { afterEach, expect, test } from 'vitest';
import { abortable, deferred } from '../../src/util/deferred.js';
import { EitherSignal } from '../../src/util/either-signal.js';
import { onAbort } from '../../src/util/on-abort.js';

const warnings: string[] = [];
const onWarning = ({ name }: Error) => void warnings.push(name);
process.on('warning', onWarning);
afterEach(() => void warnings.splice(0));

test('calls everybody once, in order, and nobody who has taken it back', () => {
  const controller = new AbortController();
  const called: number[] = [];
  const takeBack = [1, 2, 3].map((i) => onAbort(controller.signal, () => called.push(i)));
  takeBack[1]?.();
  controller.abort();
  controller.abort();
  expect(called).toEqual([1, 3]);
  takeBack[0]?.(); // too late, and harmless
});

test('listens again after everybody had left', () => {
  const controller = new AbortController();
  const called: string[] = [];
  onAbort(controller.signal, () => called.push('left'))();
  onAbort(controller.signal, () => called.push('here'));
  controller.abort();
  expect(called).toEqual(['here']);
});

test('any number of dials that wait for one signal bring no warning of a leak', async () => {
  const { signal } = new AbortController();
  const either = Array.from({ length: 50 }, () => new EitherSignal(signal, new AbortController().signal));
  const waiting = Array.from({ length: 50 }, () => deferred<void>());
  const waits = waiting.map(({ promise }) => abortable(promise, signal));
  for (const { resolve } of waiting) resolve();
  await Promise.all(waits);
  for (const one of either) one[Symbol.dispose]();
  // Node emits warnings one turn later. This warning comes after all of ours.
  const mine = once(process, 'warning');
  process.emitWarning('the last one', 'Sentinel');
  await mine;
  expect(warnings.filter((name) => name !== 'Sentinel')).toEqual([]);
});
