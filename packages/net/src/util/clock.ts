/**
 * The one source of time. Everything in this package that waits asks a clock, so tests can own time and stray timers can be
 * found by grep.
 */
export interface Clock {
  /** Monotonic milliseconds. */
  now(): number;
  /** Calls back once, `delayMs` from now. */
  setTimer(callback: () => void, delayMs: number): ClockTimer;
}

/** A running timer. */
export interface ClockTimer {
  /** No call back any more. Harmless when it has fired. */
  cancel(): void;
}

/** Longest delay that `setTimeout` takes; above it fires at once. */
const MAX_DELAY = 2 ** 31 - 1;

/** The clock of this machine. */
export const systemClock: Clock = {
  now: () => performance.now(),
  setTimer(callback, delayMs) {
    const timer = setTimeout(callback, Math.min(Math.max(0, delayMs), MAX_DELAY));
    return { cancel: () => clearTimeout(timer) };
  },
};

/** Settles after a delay. @throws the signal's reason when aborted first */
export function delay(clock: Clock, delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const timer = clock.setTimer(() => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    }, delayMs);
    const onAbort = () => {
      timer.cancel();
      reject(signal?.reason);
    };
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}
