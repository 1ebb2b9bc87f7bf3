import type { TargetReport } from '../messages.js';
import { pace } from '../pace.js';
import { TurnMeter } from '../turn-meter.js';

/** What a target knows of itself since it was asked last. */
export class SelfReport {
  readonly #turns = new TurnMeter();
  #cpu = process.cpuUsage();

  /** How long the machine let this process wait since then. @param time by `performance.now()` */
  waitedSince(time: number): number {
    return this.#turns.waitedSince(time);
  }

  take(): Omit<TargetReport, 'lateness' | 'refused'> {
    const { longestMs, longestWaitMs, waitMs } = this.#turns.take();
    const { user, system } = process.cpuUsage(this.#cpu);
    const paceMs = pace();
    globalThis.gc?.();
    const { rss, heapTotal, heapUsed } = process.memoryUsage();
    this.#cpu = process.cpuUsage();
    this.#turns.skip();
    const memoryBytes = rss - heapTotal + heapUsed; // garbage that V8 keeps pages for is nobody's
    return { cpuMs: (user + system) / 1_000, memoryBytes, turnMs: longestMs, longestWaitMs, waitMs, paceMs };
  }
}
