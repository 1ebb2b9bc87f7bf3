/** How far apart the points of time are at which an idle process wakes up, in milliseconds. */
export const WAKE_UP_MS = 3_000;

/**
 * The first point of time, from this one on, at which an idle process wakes up anyway. What may wait a little is done then: a wake-up takes some
 * 0.2 ms of CPU, whatever it is for, so timers that each fire at a time of their own are what an idle node spends most on.
 *
 * @param at by a monotonic clock, in milliseconds, as the result
 */
export function wakeUpFrom(at: number): number {
  return Math.ceil(at / WAKE_UP_MS) * WAKE_UP_MS;
}
