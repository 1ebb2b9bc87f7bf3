import type { TopicId } from '@grapevine/proto';
import type { EndpointId } from '../../identity/endpoint-id.js';
import type { Clock } from '../../util/clock.js';

/** Two ends become neighbors, and stop being neighbors, at different times: this much apart at most, in milliseconds. */
const SKEW_MS = 3_000;

/** Former neighbors that are remembered. */
const MAX_FORMER = 1_024;

type Pair = `${TopicId} ${EndpointId}`;

/**
 * Decides who may compare a topic with us: its neighbors, by our view or by the peer's, which may be some seconds ahead or behind. All others
 * get the same answer after the same time, whether we are in the topic or not.
 */
export class Neighborhood {
  readonly #clock: Clock;
  readonly #isNeighbor: (topic: TopicId, peer: EndpointId) => boolean;
  readonly #isJoined: (topic: TopicId) => boolean;
  readonly #former = new Map<Pair, number>();
  readonly #waiting = new Map<Pair, Set<() => void>>();

  constructor(
    clock: Clock,
    views: { isNeighbor(topic: TopicId, peer: EndpointId): boolean; isJoined(topic: TopicId): boolean },
  ) {
    this.#clock = clock;
    this.#isNeighbor = views.isNeighbor;
    this.#isJoined = views.isJoined;
  }

  up(topic: TopicId, peer: EndpointId): void {
    for (const wake of this.#waiting.get(`${topic} ${peer}`) ?? []) wake();
  }

  down(topic: TopicId, peer: EndpointId): void {
    const pair: Pair = `${topic} ${peer}`;
    this.#former.delete(pair);
    this.#former.set(pair, this.#clock.now());
    if (this.#former.size <= MAX_FORMER) return;
    const [oldest] = this.#former.keys();
    if (oldest !== undefined) this.#former.delete(oldest);
  }

  /** A peer that the application forbids does not count as a former neighbor. */
  expelled(topic: TopicId, peer: EndpointId): void {
    this.#former.delete(`${topic} ${peer}`);
  }

  /** Whether a peer is, or was a moment ago, a neighbor in a topic that we are in. */
  includes(topic: TopicId, peer: EndpointId): boolean {
    if (!this.#isJoined(topic)) return false;
    if (this.#isNeighbor(topic, peer)) return true;
    const since = this.#former.get(`${topic} ${peer}`);
    return since !== undefined && this.#clock.now() - since <= SKEW_MS;
  }

  /** As {@link Neighborhood.includes}, but waits a moment for it to become so. */
  async admits(topic: TopicId, peer: EndpointId): Promise<boolean> {
    if (!this.includes(topic, peer)) await this.#wait(`${topic} ${peer}`);
    return this.includes(topic, peer);
  }

  #wait(pair: Pair): Promise<void> {
    return new Promise((resolve) => {
      const waiting = this.#waiting.get(pair) ?? new Set();
      this.#waiting.set(pair, waiting);
      const wake = () => {
        timer.cancel();
        waiting.delete(wake);
        if (waiting.size === 0) this.#waiting.delete(pair);
        resolve();
      };
      const timer = this.#clock.setTimer(wake, SKEW_MS);
      waiting.add(wake);
    });
  }

  /** Nobody waits any more. */
  close(): void {
    for (const waiting of [...this.#waiting.values()]) for (const wake of [...waiting]) wake();
  }
}
