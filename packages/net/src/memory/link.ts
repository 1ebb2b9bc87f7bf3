import type { Clock, ClockTimer } from '../util/clock.js';
import type { PathConditions } from './path.js';

interface Travelling<T> {
  readonly at: number;
  readonly item: T;
}

/** What a link needs. */
export interface LinkOptions<T> {
  readonly clock: Clock;
  /** The conditions on its way, asked for with each item. */
  readonly path: () => PathConditions;
  /** 0 to 1, for jitter and losses. */
  readonly random: () => number;
  readonly deliver: (item: T) => void;
}

/** How long QUIC takes to notice a lost packet, besides a round trip (RFC 9002, section 6.2: PTO with the longest delay of an ACK). */
const PROBE_MS = 25;

/** Lanes of which the last arrival is remembered; beyond that, those in the past are forgotten. */
const MANY_LANES = 64;

/**
 * One direction of an in-memory connection. Items of one lane arrive in the order in which they were sent; lanes overtake each
 * other, as QUIC's streams do.
 *
 * Nothing is lost on a link that lives: QUIC sends again what a path loses, so a loss is a delay of its lane. A held link keeps its
 * items until it is released.
 */
export class Link<T> {
  readonly #options: LinkOptions<T>;
  /** In order of arrival. */
  #items: Travelling<T>[] = [];
  readonly #lastOf = new Map<number, number>();
  #busyUntil = 0;
  #holeUntil: number | undefined;
  #timer: ClockTimer | undefined;
  #held = false;

  constructor(options: LinkOptions<T>) {
    this.#options = options;
  }

  /** How many items are under way. */
  get size(): number {
    return this.#items.length;
  }

  /** @param lane items of one lane keep their order @param bytes what the item weighs on the path */
  send(item: T, lane = 0, bytes = 0): void {
    const at = Math.max(this.#lastOf.get(lane) ?? 0, this.#arrival(bytes));
    if (this.#lastOf.size >= MANY_LANES) this.#forgetIdleLanes();
    this.#lastOf.set(lane, at);
    let index = this.#items.length;
    while (index > 0 && (this.#items[index - 1] as Travelling<T>).at > at) index--;
    if (index === this.#items.length) this.#items.push({ at, item });
    else this.#items.splice(index, 0, { at, item });
    if (index === 0) this.#disarm();
    this.#arm();
  }

  /** Nothing arrives until {@link Link.release}. */
  hold(): void {
    this.#held = true;
    this.#disarm();
  }

  release(): void {
    this.#held = false;
    this.#arm();
  }

  /** Drops what is under way. */
  cut(): void {
    this.#items = [];
    this.#disarm();
  }

  #arrival(bytes: number): number {
    const { clock, path, random } = this.#options;
    const { latencyMs, jitterMs, loss, bytesPerSecond, largestDatagram, holeMs } = path();
    const now = clock.now();
    let departs = now;
    if (bytesPerSecond !== Number.POSITIVE_INFINITY) {
      this.#busyUntil = Math.max(this.#busyUntil, now) + (1000 * bytes) / bytesPerSecond;
      departs = this.#busyUntil;
    }
    if (bytes > largestDatagram) {
      this.#holeUntil ??= now + holeMs;
      departs = Math.max(departs, this.#holeUntil);
    }
    let delay = jitterMs > 0 ? latencyMs + jitterMs * random() : latencyMs;
    if (loss > 0) for (let probe = PROBE_MS + 2 * latencyMs; random() < loss; probe *= 2) delay += probe;
    return departs + delay;
  }

  #forgetIdleLanes(): void {
    const now = this.#options.clock.now();
    for (const [lane, last] of this.#lastOf) if (last < now) this.#lastOf.delete(lane);
  }

  #arm(): void {
    const head = this.#items[0];
    if (this.#held || this.#timer || !head) return;
    const { clock } = this.#options;
    const wait = head.at - clock.now();
    this.#timer = wait > 0 ? clock.setTimer(this.#run, wait) : clock.defer(this.#run);
  }

  #disarm(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  readonly #run = (): void => {
    this.#disarm();
    const now = this.#options.clock.now();
    let due = 0;
    while (due < this.#items.length && (this.#items[due] as Travelling<T>).at <= now) due++;
    for (const { item } of this.#items.splice(0, due)) this.#options.deliver(item);
    this.#arm();
  };
}
