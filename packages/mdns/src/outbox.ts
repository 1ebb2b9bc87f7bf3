import type { TopicId } from '@grapevine/proto';

/** Packets that go out together, … */
const BURST = 8;
/** … and the time between two bursts, in milliseconds: together at most a megabit a second, which slow networks bear for a while. */
const BURST_INTERVAL_MS = 100;
/** A topic is announced no more often than this, in milliseconds: RFC 6762, section 6. */
const ANNOUNCE_INTERVAL_MS = 1_000;

/** What an outbox needs of its owner. Both say how many packets they have sent. */
export interface OutboxHost {
  ask(topics: readonly TopicId[]): number;
  announce(topics: readonly TopicId[]): number;
}

/** Topics of one burst, before it is known how many packets they make: there are eight and more in each. */
const TOPICS_PER_BURST = 8 * BURST;

/**
 * What is to be asked and announced, however many topics there are: in packets for many topics, and a few packets at a time.
 */
export class Outbox {
  readonly #host: OutboxHost;
  readonly #questions = new Map<TopicId, () => void>();
  readonly #news = new Set<TopicId>();
  readonly #announcedAt = new Map<TopicId, number>();
  #timer: NodeJS.Timeout | undefined;

  constructor(host: OutboxHost) {
    this.#host = host;
  }

  /** Asks who is in a topic. @param asked - called when that is on its way, or will not be */
  ask(topic: TopicId, asked: () => void): void {
    const earlier = this.#questions.get(topic);
    this.#questions.set(topic, () => {
      earlier?.();
      asked();
    });
    this.#arm(0);
  }

  /** Announces that we are in a topic, soon. */
  announce(topic: TopicId): void {
    this.#news.add(topic);
    this.#arm(0);
  }

  /** We are not in it any more. */
  forget(topic: TopicId): void {
    this.#news.delete(topic);
    this.#announcedAt.delete(topic);
  }

  close(): void {
    clearTimeout(this.#timer);
    for (const asked of this.#questions.values()) asked();
    this.#questions.clear();
    this.#news.clear();
  }

  #arm(delayMs: number): void {
    this.#timer ??= setTimeout(() => this.#burst(), delayMs);
  }

  #burst(): void {
    const now = performance.now();
    let packets = 0;
    const asking = [...this.#questions].slice(0, TOPICS_PER_BURST);
    for (const [topic] of asking) this.#questions.delete(topic);
    if (asking.length > 0) packets += this.#host.ask(asking.map(([topic]) => topic));
    for (const [, asked] of asking) asked();
    while (packets < BURST) {
      const due = this.#due(now);
      if (due.length === 0) break;
      packets += this.#host.announce(due);
    }
    this.#timer = undefined;
    if (this.#questions.size > 0 || this.#news.size > 0) this.#arm(BURST_INTERVAL_MS);
  }

  /** A packet's worth of topics that may be announced now, and are taken to have been. */
  #due(now: number): TopicId[] {
    const due: TopicId[] = [];
    for (const topic of this.#news) {
      if (now - (this.#announcedAt.get(topic) ?? Number.NEGATIVE_INFINITY) < ANNOUNCE_INTERVAL_MS) continue;
      this.#news.delete(topic);
      this.#announcedAt.set(topic, now);
      due.push(topic);
      if (due.length === TOPICS_PER_PACKET) break;
    }
    return due;
  }
}

/** As many as fit with few addresses; with many addresses they make two packets. */
const TOPICS_PER_PACKET = 8;
