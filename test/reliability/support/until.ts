import { setTimeout } from 'node:timers/promises';
import { Patience } from './patience.js';

/**
 * Waits until a check returns true, and checks every few milliseconds. It is for state that has no event.
 *
 * @returns how long that took, in milliseconds
 * @throws Error that names `what`, after `timeoutMs` (see {@link Patience})
 */
export async function until(
  what: string,
  check: () => boolean | Promise<boolean>,
  timeoutMs = 20_000,
): Promise<number> {
  const began = performance.now();
  const patience = new Patience(timeoutMs);
  while (!(await check())) {
    if (patience.isOver) throw new Error(`after ${timeoutMs} ms there was still no ${what}`);
    await setTimeout(5);
  }
  return performance.now() - began;
}

/**
 * Does something `perSecond` times a second, as evenly as timers allow. One that takes long delays the next ones, so `act` is told when it
 * was due.
 */
export async function atRate(
  perSecond: number,
  durationMs: number,
  act: (due: number) => Promise<unknown>,
): Promise<void> {
  const began = performance.now();
  let due = began;
  while (due < began + durationMs) {
    for (; due <= performance.now(); due += 1000 / perSecond) await act(due);
    await setTimeout(2);
  }
}
