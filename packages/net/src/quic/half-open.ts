import { networkOf, sourceOfHost } from '../address/source.js';

/** A handshake that has lasted for less than this is not given up for another, in milliseconds: its answer may be on the way. */
const GRACE_MS = 100;
/** How many handshakes one source may begin in a row while many are under way. */
const BURST = 256;
/** How many it may begin in a second besides: each costs about a millisecond of the CPU. */
const PER_SECOND = 100;

/** One place. */
interface Place {
  readonly since: number;
  /** Gives the handshake up. */
  readonly evict: () => void;
}

interface Source {
  readonly places: Set<Place>; // in the order of their age
  /** Handshakes that may begin now. */
  allowance: number;
  allowanceAt: number;
}

/**
 * Counts half-open incoming handshakes: in total and by source (host, /48 for IPv6, which is the most that one customer gets).
 *
 * A client that has proven nothing must not cost much. Over the caps the oldest handshake is given up: of the source that is over its own cap, or of
 * the source that has most. So a source that holds places and does not go on loses them, and an honest client gets one.
 */
export class HalfOpen {
  readonly #sources = new Map<string, Source>();
  #total = 0;

  /** @param now in milliseconds */
  constructor(
    readonly maxTotal: number,
    readonly maxPerSource: number,
    readonly now: () => number = () => performance.now(),
  ) {}

  /** How many there are. */
  get total(): number {
    return this.#total;
  }

  /** How many sources are known. */
  get sources(): number {
    return this.#sources.size;
  }

  /** Whether a source begins more handshakes than it may. Asked only while many are under way; counts one. */
  isOverRate(host: string): boolean {
    const source = this.#sources.get(keyOf(host));
    if (!source) return false;
    const now = this.now();
    source.allowance = Math.min(BURST, source.allowance + ((now - source.allowanceAt) / 1000) * PER_SECOND);
    source.allowanceAt = now;
    if (source.allowance < 1) return true;
    source.allowance--;
    return false;
  }

  /**
   * Takes a place.
   *
   * @param evict called when another handshake needs it
   * @returns a function that gives it back (once, however often it is called), or undefined: all places are taken by handshakes
   *   that have only just begun
   */
  enter(host: string, evict: () => void): (() => void) | undefined {
    const key = keyOf(host);
    const now = this.now();
    const here = this.#sources.get(key);
    if (here && here.places.size >= this.maxPerSource && !this.#evictOldest(here, now)) return undefined;
    if (this.#total >= this.maxTotal && !this.#evictOldest(this.#largest(), now)) return undefined;
    const source = this.#sources.get(key) ?? { places: new Set(), allowance: BURST, allowanceAt: now };
    this.#sources.set(key, source);
    const place: Place = { since: now, evict };
    source.places.add(place);
    this.#total++;
    return () => {
      if (!source.places.delete(place)) return;
      this.#total--;
      if (source.places.size === 0) this.#sources.delete(key);
    };
  }

  #evictOldest(source: Source | undefined, now: number): boolean {
    const oldest = source && oldestOf(source);
    if (!source || !oldest || oldest.since + GRACE_MS > now) return false;
    oldest.evict();
    return !source.places.has(oldest);
  }

  /** The source with most places, of several the one with the oldest. */
  #largest(): Source | undefined {
    let largest: Source | undefined;
    for (const source of this.#sources.values()) {
      const more = source.places.size - (largest?.places.size ?? 0);
      if (more > 0 || (more === 0 && ageOf(source) < ageOf(largest))) largest = source;
    }
    return largest;
  }
}

function keyOf(host: string): string {
  return networkOf(sourceOfHost(host));
}

function oldestOf({ places }: Source): Place | undefined {
  const [oldest] = places;
  return oldest;
}

function ageOf(source: Source | undefined): number {
  return (source && oldestOf(source)?.since) ?? Number.POSITIVE_INFINITY;
}
