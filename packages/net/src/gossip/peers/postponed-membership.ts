import type { TopicId } from '@grapevine/proto';
import { isMembership } from '../wire.js';
import type { Waiting } from './peer-queue.js';

/** In how many topics a message may be postponed: a few megabytes. Beyond that the link has to start anew. */
const MAX_TOPICS = 65_536;

/**
 * Messages that make and end neighbors, and found the queue to a peer full: the latest of each topic, because it says all that the earlier ones said.
 * If one were lost, only one of the two ends would keep the other as its neighbor.
 */
export class PostponedMembership {
  readonly #latest = new Map<TopicId, Waiting>();

  /** Whether a message must not overtake what is postponed in its topic. */
  follows({ topic, message }: Waiting): boolean {
    return this.#latest.has(topic) && isMembership(message);
  }

  /** @returns false when there are too many */
  add(waiting: Waiting): boolean {
    const { topic } = waiting;
    if (!this.#latest.delete(topic) && this.#latest.size >= MAX_TOPICS) return false;
    this.#latest.set(topic, waiting);
    return true;
  }

  /** In the order in which they were sent. */
  takeAll(): Waiting[] {
    const all = [...this.#latest.values()];
    this.#latest.clear();
    return all;
  }
}
