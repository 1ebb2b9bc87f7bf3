import { aNumber, someDeliveries } from '../checks.js';
import { MILLISECOND, SECOND } from '../network-config.js';
import { Samples } from '../samples.js';
import type { Deliveries } from './load-meter.js';

/** Delivery times of the payloads that were published within one window, in nanoseconds. */
export interface LatenessWindow {
  readonly from: number;
  /** NaN where nothing was published. */
  readonly p99: number;
}

/** How long a window is, and how much later the next one begins. */
const WINDOW = SECOND;
const WINDOW_STEP = 100 * MILLISECOND;
/** A rule whose p99 is at most this many times a flood's has recovered. */
const AS_GOOD = 1.1;

/** The p99 of overlapping windows of one second, a tenth of a second apart, as long as whole windows fit in. */
export function latenessWindows(deliveries: Deliveries, start: number): LatenessWindow[] {
  someDeliveries('deliveries', deliveries);
  aNumber('start', start);
  const { publishedAt, delays } = deliveries;
  const last = publishedAt.reduce((latest, time) => Math.max(latest, time), start);
  const windows: LatenessWindow[] = [];
  for (let from = start; from + WINDOW <= last; from += WINDOW_STEP) {
    const samples = new Samples();
    for (let i = 0; i < delays.length; i++) {
      const time = publishedAt[i] as number;
      if (time >= from && time < from + WINDOW) samples.add(delays[i] as number);
    }
    windows.push({ from, p99: samples.percentile(0.99) });
  }
  return windows;
}

/**
 * How long after `noticedAt` a rule delivers as fast again as a flood of the same payloads: from then on its p99 is at most 1.1 times the flood's in
 * every window of a second. In nanoseconds; infinite if that never happens.
 */
export function recoveryTime(deliveries: Deliveries, flood: Deliveries, noticedAt: number): number {
  someDeliveries('deliveries', deliveries);
  someDeliveries('flood', flood);
  aNumber('noticedAt', noticedAt);
  const floods = new Map(latenessWindows(flood, noticedAt).map(({ from, p99 }) => [from, p99]));
  let recovered = noticedAt;
  let isLate = false;
  for (const { from, p99 } of latenessWindows(deliveries, noticedAt)) {
    const limit = floods.get(from);
    isLate = limit !== undefined && p99 > AS_GOOD * limit;
    if (isLate) recovered = from + WINDOW_STEP;
  }
  return isLate ? Number.POSITIVE_INFINITY : recovered - noticedAt;
}
