import type { EndpointId } from '@grapevine/net';

/** How many members are shown. More would fill the page, and anybody can invent some. */
const MAX_MEMBERS = 100;
/** A member that was not heard from for so many milliseconds has gone: it has not answered two questions of this tab. */
const GONE_AFTER_MS = 7 * 60_000;

/** The members that were heard from lately. A room has no message for leaving, so those that are silent for longest are dropped first. */
export class Members {
  readonly #heard = new Map<EndpointId, number>();
  readonly #onGone: (id: EndpointId) => void;

  constructor(onGone: (id: EndpointId) => void) {
    this.#onGone = onGone;
  }

  /** Notes that a member is here now. */
  heard(id: EndpointId): void {
    this.#heard.delete(id);
    this.#heard.set(id, performance.now());
    this.review();
  }

  /** Drops members that were silent for too long, and those that are too many. */
  review(): void {
    for (const [id, at] of this.#heard) {
      if (this.#heard.size <= MAX_MEMBERS && performance.now() - at < GONE_AFTER_MS) return;
      this.#heard.delete(id);
      this.#onGone(id);
    }
  }
}
