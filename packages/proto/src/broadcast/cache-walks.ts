import { LazyMap } from '../structures/lazy.js';
import type { IHaveEntry } from '../wire/message.js';
import type { PayloadWindow, WindowCursor } from './payload-window.js';

/** What is announced to a peer next. */
interface CachePage {
  readonly entries: readonly IHaveEntry[];
  /** Whether there may be more. */
  readonly isLast: boolean;
}

/** Peers to which the whole cache is being announced: page after page, so that live traffic has room between them. */
export class CacheWalks<P> {
  readonly #pageLength: number;
  /** How far each of them has got. */
  readonly #cursors = new LazyMap<P, WindowCursor>();

  constructor(pageLength: number) {
    this.#pageLength = pageLength;
  }

  /** Begins with the oldest payload. @returns whether none was under way for this peer */
  start(peer: P, window: PayloadWindow, now: number): boolean {
    const isNew = !this.#cursors.has(peer);
    this.#cursors.set(peer, window.start(now));
    return isNew;
  }

  /** The next page; `undefined` when there is none. */
  next(peer: P, window: PayloadWindow): CachePage | undefined {
    const cursor = this.#cursors.get(peer);
    if (cursor === undefined) return undefined;
    const entries = window.announce(cursor, this.#pageLength);
    const isLast = entries.length < this.#pageLength;
    if (isLast) this.#cursors.delete(peer);
    return { entries, isLast };
  }

  stop(peer: P): void {
    this.#cursors.delete(peer);
  }
}
