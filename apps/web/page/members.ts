import type { EndpointId } from '@grapevine/net';

/** Members that are shown. More would fill the page, and anybody can invent some. */
const MAX_MEMBERS = 100;
/** Whoever was not heard of for so long has gone, in milliseconds: two questions of this tab without an answer. */
const GONE_AFTER_MS = 7 * 60_000;

/** The members that were heard of lately: a room has no message for leaving. Those unheard for longest leave the list first. */
export class Members {
  readonly #heard = new Map<EndpointId, number>();
  readonly #onGone: (id: EndpointId) => void;

  constructor(onGone: (id: EndpointId) => void) {
    this.#onGone = onGone;
  }

  /** This one is here now. */
  heard(id: EndpointId): void {
    this.#heard.delete(id);
    this.#heard.set(id, performance.now());
    this.review();
  }

  /** Lets those go who were not heard of for long, and those who are too many. */
  review(): void {
    for (const [id, at] of this.#heard) {
      if (this.#heard.size <= MAX_MEMBERS && performance.now() - at < GONE_AFTER_MS) return;
      this.#heard.delete(id);
      this.#onGone(id);
    }
  }
}
