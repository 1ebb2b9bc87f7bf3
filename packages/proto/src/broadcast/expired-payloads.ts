import type { BroadcastConfig } from '../config.js';
import { TimeBoundSet } from '../structures/time-bound-set.js';
import type { MessageId } from '../wire/message-id.js';
import type { LossEntry } from './told-losses.js';

type Retention = Pick<BroadcastConfig, 'messageCacheRetention' | 'messageIdRetention'>;

/**
 * Payloads that have left the window because their time was over: nobody can get them any more, and a peer that was away meanwhile, or heard of them
 * too late, is told how many there were.
 *
 * They stay known for less time than ids do, by one retention of payloads: others may have had a payload that much earlier, and must not be told of
 * one whose id they have forgotten. By default they stay known for half a minute.
 */
export class ExpiredPayloads {
  /** With the time at which each is forgotten. */
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
    this.#ids.insert(id, expired + Math.max(0, this.#knownFor));
  }

  /** With their ages. They may be walked through in slices. */
  *entries(now: number): Generator<LossEntry, void, undefined> {
    const known = this.#retention.messageCacheRetention + this.#knownFor;
    for (const { value: id, expires } of this.#ids.entries())
      if (expires > now) yield { id, age: known - (expires - now) };
  }

  /** @param onExpired - is told of each, and since when it is forgotten: timers may be late */
  expireUntil(now: number, onExpired: (id: MessageId, expires: number) => void): void {
    this.#ids.expireUntil(now, onExpired);
  }

  /** Forgets the oldest until at most `count` are left. */
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
