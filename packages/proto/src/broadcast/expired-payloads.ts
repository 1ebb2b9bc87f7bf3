import type { BroadcastConfig } from '../config.js';
import { TimeBoundSet } from '../structures/time-bound-set.js';
import type { MessageId } from '../wire/message-id.js';
import type { LossEntry } from './told-losses.js';

type Retention = Pick<BroadcastConfig, 'messageCacheRetention' | 'messageIdRetention'>;

/**
 * Payloads that have left the window because their time was over: they can't be had any more, and who was away meanwhile, or heard of them too
 * late, is to be told that there were so many.
 *
 * They are known for one retention of payloads less than ids are remembered: others have had some payloads that much earlier, and must not be
 * told of what they have forgotten. By default that is half a minute.
 */
export class ExpiredPayloads {
  /** By when they are to be forgotten. */
  readonly #ids = new TimeBoundSet<MessageId>();
  readonly #retention: Retention;

  constructor(retention: Retention) {
    this.#retention = retention;
  }

  get size(): number {
    return this.#ids.size;
  }

  /** A payload has left the window, at this time. */
  add(id: MessageId, expired: number): void {
    if (this.#knownFor > 0) this.#ids.insert(id, expired + this.#knownFor);
  }

  /** With their ages. They may be walked through in slices. */
  *entries(now: number): Generator<LossEntry, void, undefined> {
    const known = this.#retention.messageCacheRetention + this.#knownFor;
    for (const { value: id, expires } of this.#ids.entries())
      if (expires > now) yield { id, age: known - (expires - now) };
  }

  expireUntil(now: number): void {
    this.#ids.expireUntil(now);
  }

  /** Forgets the oldest until there are no more than so many. */
  limit(count: number): void {
    while (this.#ids.size > count) this.#ids.dropOldest();
  }

  clear(): void {
    this.#ids.clear();
  }

  get #knownFor(): number {
    const { messageCacheRetention, messageIdRetention } = this.#retention;
    return messageIdRetention - 2 * messageCacheRetention;
  }
}
