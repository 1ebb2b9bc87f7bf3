import type { Ledger, Membership, Publication } from './ledger.js';
import { type Schedule, settleMs } from './schedule.js';

/** The time between two samples of the connectivity, in milliseconds. */
export const SAMPLE_MS = 1_000;

/**
 * How many round trips a message may be on its way: a stream carries 64 KiB in each, and three bursts of 400 kB may be on it at a time. No
 * node can know of what a machine had not sent when it died.
 */
const ROUND_TRIPS = 20;
/** Besides, in milliseconds: hops, and dials. */
const HOPS_MS = 1_000;

/** The memberships of one topic that could talk to each other at one time, in groups. */
type Sample = ReadonlyMap<number, readonly (readonly Membership[])[]>;

/** What a sample asks about the machines. */
export interface Connectivity {
  /** Since when no fault has kept a machine from others; undefined while one does. */
  undisturbedSince(machine: number): number | undefined;
  /** Whether packets pass both ways. */
  isOpen(a: number, b: number): boolean;
}

/**
 * Which memberships a message must reach, by what was physically possible.
 *
 * A message spreads through every group of machines that have been able to talk to each other, undisturbed, for as long as a swarm may take to
 * settle. It must reach every member of such a group that has a member with the message in its cache, once it has been on its way for a while.
 */
export class Reach {
  readonly #settleMs: number;
  readonly #retentionMs: number;
  readonly #wayMs: number;
  readonly #samples: Sample[] = [];
  readonly #reached = new Map<string, ReadonlySet<Membership>>();

  constructor(schedule: Schedule) {
    this.#settleMs = settleMs(schedule);
    this.#retentionMs = schedule.retentionMs;
    this.#wayMs = HOPS_MS + ROUND_TRIPS * 2 * schedule.latencyMs;
  }

  /** Notes who can talk to whom. Call it every {@link SAMPLE_MS}. */
  sample(now: number, ledger: Ledger, connectivity: Connectivity): void {
    const groups = new Map<number, Membership[][]>();
    for (const membership of ledger.memberships) {
      if (membership.until !== undefined) continue;
      const since = connectivity.undisturbedSince(membership.machine);
      if (since === undefined || now - Math.max(since, membership.since) < this.#settleMs) continue;
      const ofTopic = groups.get(membership.topic) ?? [];
      groups.set(membership.topic, ofTopic);
      const together = ofTopic.find((group) =>
        group.every((other) => connectivity.isOpen(other.machine, membership.machine)),
      );
      if (together) together.push(membership);
      else ofTopic.push([membership]);
    }
    this.#samples.push(groups);
  }

  /** The memberships that a message must have reached. */
  of(publication: Publication): ReadonlySet<Membership> {
    const from = Math.ceil((publication.at + this.#wayMs) / SAMPLE_MS);
    const key = `${publication.by.id} ${from}`;
    const known = this.#reached.get(key);
    if (known) return known;
    const reached = this.#spread(publication.by, from);
    this.#reached.set(key, reached);
    return reached;
  }

  #spread(by: Membership, from: number): ReadonlySet<Membership> {
    const reached = new Set([by]);
    // A second for the way, and one for the edges of the samples.
    const until = Math.min(this.#samples.length, from + Math.floor(this.#retentionMs / SAMPLE_MS) - 2);
    for (let i = from; i < until; i++) {
      for (const group of this.#samples[i]?.get(by.topic) ?? []) {
        if (group.some((membership) => reached.has(membership))) for (const each of group) reached.add(each);
      }
    }
    return reached;
  }
}
