import { onAbort } from './on-abort.js';

/**
 * The one source of time. Everything in this package that waits asks a clock, so tests can own time and stray timers can be
 * found by grep.
 */
export interface Clock {
  /** Monotonic milliseconds. May stand still while the machine sleeps. */
  now(): number;
  /** Milliseconds of the wall clock. It goes on while the machine sleeps, and may be set: use it only to notice jumps. */
  wallNow(): number;
  /** Milliseconds since the machine started, the time in which it slept included. Nobody can set it. Slow. Undefined where that is not known. */
  upNow?(): number;
  /** Calls back once, `delayMs` from now. */
  setTimer(callback: () => void, delayMs: number): ClockTimer;
  /** Calls back once, when the running code and the promises that wait for it are done: no time passes. For work in batches. */
  defer(callback: () => void): ClockTimer;
  /**
   * The same, but before anything new is read: for replies to what came in, which would otherwise go out one turn of the event loop later. Where it
   * is left out, {@link Clock.defer} is used.
   */
  followUp?(callback: () => void): ClockTimer;
}

/** A running timer. */
export interface ClockTimer {
  /** No call back any more. Harmless when it has fired. */
  cancel(): void;
}

/** Longest delay that `setTimeout` takes; above it fires at once. */
const MAX_DELAY = 2 ** 31 - 1;

/** For browsers, which have no `setImmediate` and let timers wait at least 4 ms when they follow each other. */
function deferByMessage(callback: () => void): ClockTimer {
  const { port1, port2 } = new MessageChannel();
  const receiver = port1 as unknown as { onmessage: () => void }; // Node's types lack it
  receiver.onmessage = () => {
    port1.close();
    callback();
  };
  port2.postMessage(undefined);
  return { cancel: () => port1.close() };
}

const { process: program } = globalThis as {
  process?: {
    nextTick?: (callback: () => void) => void;
    getBuiltinModule?: (name: string) => { uptime(): number } | undefined;
  };
};

/** Node's: called when no promise is left to be handled. */
const nextTick = program?.nextTick;

function byNextTick(callback: () => void): ClockTimer {
  let isCancelled = false;
  const run = () => {
    if (!isCancelled) callback();
  };
  // From a promise's job the next tick comes when all jobs are done; from anywhere else it would come before them.
  queueMicrotask(() => nextTick?.(run));
  return {
    cancel: () => {
      isCancelled = true;
    },
  };
}

/** Node's, which a browser's build need not have. */
const os = program?.getBuiltinModule?.('node:os');

/** The clock of this machine. */
export const systemClock: Clock = {
  now: () => performance.now(),
  wallNow: () => Date.now(),
  ...(os && { upNow: () => os.uptime() * 1_000 }),
  setTimer(callback, delayMs) {
    const timer = setTimeout(callback, Math.min(Math.max(0, delayMs), MAX_DELAY));
    return { cancel: () => clearTimeout(timer) };
  },
  defer(callback) {
    if (typeof setImmediate === 'function') {
      const immediate = setImmediate(callback);
      return { cancel: () => clearImmediate(immediate) };
    }
    return deferByMessage(callback);
  },
  ...(typeof nextTick === 'function' && { followUp: byNextTick }),
};

/** Settles after a delay. @throws the signal's reason when aborted first */
export function delay(clock: Clock, delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const timer = clock.setTimer(() => {
      stop?.();
      resolve();
    }, delayMs);
    const stop =
      signal &&
      onAbort(signal, () => {
        timer.cancel();
        reject(signal.reason);
      });
  });
}
