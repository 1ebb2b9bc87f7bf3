import { setTimeout } from 'node:timers/promises';

/**
 * Waits until a check returns true. State that has no event of its own is looked at every few milliseconds.
 *
 * @returns how long that took, in milliseconds
 * @throws Error naming `what` when the time is over
 */
export async function until(
  what: string,
  check: () => boolean | Promise<boolean>,
  timeoutMs = 20_000,
): Promise<number> {
  const began = performance.now();
  while (!(await check())) {
    if (performance.now() - began > timeoutMs) throw new Error(`after ${timeoutMs} ms there was still no ${what}`);
    await setTimeout(5);
  }
  return performance.now() - began;
}

/**
 * Does something so often a second for so long, as evenly as timers allow. What takes long puts off what comes after it, so `act` learns
 * when it was due.
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
