import { someRoundStats, someSummaries } from './checks.js';

/**
 * One round as the Rust simulator measures it: with single-precision floats, and with its own definitions. For comparisons
 * with its results; the papers' measures are in {@link BroadcastReport}.
 */
export interface RoundStats {
  /** From the start of the round to the last delivery, or to the time-out, in nanoseconds. */
  readonly duration: number;
  /** Payloads received / (deliveries - 1) - 1: one node is subtracted twice. */
  readonly rmr: number;
  /** The largest `round` field of a payload that arrived. It counts from 0, the papers from 1. */
  readonly ldh: number;
  /** Deliveries that did not happen. */
  readonly missed: number;
}

/** Smallest, largest and mean values over rounds, column by column. */
export interface RoundStatsSummary {
  /** How many rounds there were. */
  readonly len: number;
  readonly min: RoundStats;
  readonly max: RoundStats;
  readonly mean: RoundStats;
}

/** How one value differs from another, as a factor: 0.1 is 10 % more. */
export type RoundStatsDifference = RoundStats;

const f32 = Math.fround;
const FLOAT_MAX = f32(3.4028234663852886e38);
/** `Duration::MAX` of Rust, not exact. Seen only if there were no rounds. */
const DURATION_MAX = 2 ** 64 * 1e9;

/** The stats of one round. */
export function roundStats(round: {
  readonly payloads: number;
  readonly deliveries: number;
  readonly missed: number;
  readonly lastHop: number;
  readonly duration: number;
}): RoundStats {
  const { payloads, deliveries, missed, lastHop, duration } = round;
  const rmr = f32(f32(f32(payloads) / f32(f32(deliveries) - 1)) - 1);
  return { duration, rmr, ldh: f32(lastHop), missed: f32(missed) };
}

/** Summarizes rounds as the Rust simulator does, to the last digit. */
export function summarizeRounds(rounds: readonly RoundStats[]): RoundStatsSummary {
  return { len: rounds.length, min: minimum(rounds), max: maximum(rounds), mean: mean(rounds) };
}

/** Summarizes runs with different seeds. The Rust simulator takes the minimum of each column where it says average; this is the average. */
export function averageSummaries(runs: readonly RoundStatsSummary[]): RoundStatsSummary {
  someSummaries('runs', runs);
  return {
    len: runs.reduce((sum, run) => sum + run.len, 0),
    min: mean(runs.map((run) => run.min)),
    max: mean(runs.map((run) => run.max)),
    mean: mean(runs.map((run) => run.mean)),
  };
}

/** How `current` differs from `baseline`. */
export function compareRounds(baseline: RoundStats, current: RoundStats): RoundStatsDifference {
  someRoundStats('baseline', baseline);
  someRoundStats('current', current);
  return {
    duration: difference(f32(baseline.duration / 1e9), f32(current.duration / 1e9)),
    rmr: difference(baseline.rmr, current.rmr),
    ldh: difference(baseline.ldh, current.ldh),
    missed: difference(baseline.missed, current.missed),
  };
}

function minimum(rounds: readonly RoundStats[]): RoundStats {
  let least: RoundStats = { duration: DURATION_MAX, rmr: FLOAT_MAX, ldh: FLOAT_MAX, missed: FLOAT_MAX };
  for (const round of rounds) {
    least = {
      duration: Math.min(least.duration, round.duration),
      rmr: Math.min(least.rmr, round.rmr),
      ldh: Math.min(least.ldh, round.ldh),
      missed: Math.min(least.missed, round.missed),
    };
  }
  return least;
}

function maximum(rounds: readonly RoundStats[]): RoundStats {
  let most: RoundStats = { duration: 0, rmr: 0, ldh: 0, missed: 0 };
  for (const round of rounds) {
    most = {
      duration: Math.max(most.duration, round.duration),
      rmr: Math.max(most.rmr, round.rmr),
      ldh: Math.max(most.ldh, round.ldh),
      missed: Math.max(most.missed, round.missed),
    };
  }
  return most;
}

function mean(rounds: readonly RoundStats[]): RoundStats {
  let duration = 0;
  let rmr = 0;
  let ldh = 0;
  let missed = 0;
  for (const round of rounds) {
    duration += round.duration;
    rmr = f32(rmr + round.rmr);
    ldh = f32(ldh + round.ldh);
    missed = f32(missed + round.missed);
  }
  const { length } = rounds;
  return {
    duration: Math.floor(duration / length),
    rmr: f32(rmr / length),
    ldh: f32(ldh / length),
    missed: f32(missed / length),
  };
}

function difference(a: number, b: number): number {
  if (a === 0 && b === 0) return 0;
  if (b === 0) return -1;
  if (a === 0) return 1;
  return f32(f32(b - a) / a);
}
