import { readFileSync } from 'node:fs';

/**
 * How long this thread was ready to run while others had its core, in milliseconds. Linux tells it (proc(5), schedstat: nanoseconds on a core, nanoseconds in
 * the run queue, slices); elsewhere it is 0.
 */
function starvedMs(): number {
  try {
    const [, waited = '0'] = readFileSync('/proc/thread-self/schedstat', 'utf8').split(' ');
    return Number(waited) / 1e6;
  } catch {
    return 0;
  }
}

/**
 * A limit for a wait. The time in which this thread got no core does not count: what twenty nodes in one process have promised for 30 s, they cannot do in
 * 30 s of which they run two.
 */
export class Patience {
  readonly #limitMs: number;
  readonly #began = performance.now();
  readonly #starved = starvedMs();

  constructor(limitMs: number) {
    this.#limitMs = limitMs;
  }

  get isOver(): boolean {
    // The cheap question first: most waits end long before.
    if (performance.now() - this.#began <= this.#limitMs) return false;
    return performance.now() - this.#began - (starvedMs() - this.#starved) > this.#limitMs;
  }
}
