import { setImmediate as turn } from 'node:timers/promises';
import type { TargetReport } from '../messages.js';
import { pace } from '../pace.js';
import { TurnMeter } from '../turn-meter.js';

/** What a target knows of itself since it was asked last. */
export class SelfReport {
  readonly #turns = new TurnMeter();
  #cpu = process.cpuUsage();

  constructor() {
    pace(); // the first times take thirty times as long, until the code is compiled
  }

  /** How long the machine let this process wait since then. @param time by `performance.now()` */
  waitedSince(time: number): number {
    return this.#turns.waitedSince(time);
  }

  async take(): Promise<Omit<TargetReport, 'lateness' | 'refused'>> {
    const { longestMs, longestWaitMs, waitMs, runMs } = this.#turns.take();
    const { user, system } = process.cpuUsage(this.#cpu);
    const paceMs = pace();
    await collect();
    const { rss, heapTotal, heapUsed } = process.memoryUsage();
    this.#cpu = process.cpuUsage();
    this.#turns.skip();
    const memoryBytes = rss - heapTotal + heapUsed; // without pages that V8 keeps for garbage
    return { cpuMs: (user + system) / 1_000, memoryBytes, turnMs: longestMs, longestWaitMs, waitMs, runMs, paceMs };
  }
}

/** What is native behind objects that are gone is freed in the turn after a collection. */
async function collect(): Promise<void> {
  for (let i = 0; i < 2; i++) {
    globalThis.gc?.();
    await turn();
  }
}
