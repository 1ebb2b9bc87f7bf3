import { once } from 'node:events';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { EitherSignal } from '../../src/util/either-signal.js';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

test('is aborted with the reason of the first', () => {
  const [a, b] = [new AbortController(), new AbortController()];
  const { signal } = new EitherSignal(a.signal, b.signal);
  expect(signal.aborted).toBe(false);
  b.abort('b');
  a.abort('a');
  expect(signal).toMatchObject({ aborted: true, reason: 'b' });
  expect(new EitherSignal(a.signal).signal.reason).toBe('a');
});

test('listens no more once it is disposed of', () => {
  const controller = new AbortController();
  const either = new EitherSignal(controller.signal);
  either[Symbol.dispose]();
  controller.abort();
  expect(either.signal.aborted).toBe(false);
});

test('keeps a time-out that nothing else refers to', async () => {
  const keepsRunning = setInterval(collectGarbage, 10); // a time-out alone does not keep a process up
  const { signal } = new EitherSignal(new AbortController().signal, AbortSignal.timeout(100));
  collectGarbage();
  await once(signal, 'abort');
  clearInterval(keepsRunning);
  expect(signal.reason).toMatchObject({ name: 'TimeoutError' });
});
