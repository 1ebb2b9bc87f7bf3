import type { TopicId } from '@grapevine/proto';

/** Packets of one burst. */
const BURST = 8;
/** The pause between two bursts, in milliseconds. With `BURST` this is at most a megabit a second, which slow networks bear for a while. */
const BURST_INTERVAL_MS = 100;
/** A topic is announced no more often than this, in milliseconds: RFC 6762, section 6. */
const ANNOUNCE_INTERVAL_MS = 1_000;

/** What an outbox needs of its owner. Both say how many packets they have sent. */
export interface OutboxHost {
  ask(topics: readonly TopicId[]): number;
  announce(topics: readonly TopicId[]): number;
}

/** Topics of one burst: at least eight fit into a packet, and how many packets they make is known only when they are written. */
const TOPICS_PER_BURST = 8 * BURST;

/**
 * The questions and announcements that wait. However many topics there are, they go out in packets for several topics each, and a few packets at a
 * time.
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

  /** Announces that we are in a topic, in the next burst that may. */
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

  /** Takes the topics for one packet that may be announced now. */
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

/** Topics of one announcement. With few addresses they fit into one packet; with many they make two. */
const TOPICS_PER_PACKET = 8;
