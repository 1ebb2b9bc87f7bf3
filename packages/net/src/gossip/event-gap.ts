import type { GossipEvent, LaggedReason, QueuedEvent } from './service.js';

type Membership = GossipEvent & { readonly type: 'neighborUp' | 'neighborDown' };

/**
 * What a reader has lost at one place of its queue, told when it gets there: first how many messages and why, then how the neighbors have changed
 * meanwhile. A neighbor that came and went in between is left out, so this is no larger than two views.
 */
export class EventGap {
  readonly #missed = new Map<LaggedReason, number>();
  readonly #membership = new Map<string, Membership>();

  /** Takes an event that will not be read. */
  swallow(event: QueuedEvent): void {
    switch (event.type) {
      case 'received':
        return this.#count('slow-reader', 1);
      case 'lagged':
        return this.#count(event.reason, event.missed);
      case 'neighborUp':
      case 'neighborDown': {
        const before = this.#membership.get(event.peer);
        this.#membership.delete(event.peer);
        if (before === undefined || before.type === event.type) this.#membership.set(event.peer, event);
        return;
      }
    }
  }

  /** The next thing to tell; undefined when all is told. */
  next(): GossipEvent | undefined {
    for (const [reason, missed] of this.#missed) {
      this.#missed.delete(reason);
      return { type: 'lagged', missed, reason };
    }
    for (const [peer, event] of this.#membership) {
      this.#membership.delete(peer);
      return event;
    }
    return undefined;
  }

  #count(reason: LaggedReason, missed: number): void {
    this.#missed.set(reason, (this.#missed.get(reason) ?? 0) + missed);
  }
}
