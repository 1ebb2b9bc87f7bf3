import type { EndpointId } from '../../identity/endpoint-id.js';
import type { Clock } from '../../util/clock.js';
import { CloseCode } from '../close-code.js';
import type { Link } from '../link/link.js';

/** Connections that one peer may hold open with us; the oldest goes first. */
const MAX_LINKS = 4;

/** Two sides that dial each other can disagree about which connection is newer only when the two came up within this time. */
const CROSSING_MS = 10_000;

const REPLACED = 'replaced by a newer connection';

/** What the connections of a peer need to know. */
export interface PeerLinksOptions {
  readonly id: EndpointId;
  readonly me: EndpointId;
  readonly clock: Clock;
  /** After how long a peer certainly knows of a connection. */
  readonly settledAfterMs: number;
  /** Another connection is the one to write to. What was under way on the old one may be lost. */
  readonly onReplaced: () => void;
}

/**
 * The connections to one peer. Several are normal. All are read; the newest is written to.
 *
 * Where both sides dialed at once they may disagree about which one is the newest, so the side with the larger id follows the other: when
 * the peer speaks on a connection, that is the one to answer on. A Rust peer follows nobody, and loses what it has just written, and us as
 * its neighbor, when the connection that it writes to is closed. So one that was replaced is finished at once, but closed only when it is
 * certain that the peer has done with it.
 */
export class PeerLinks implements Iterable<Link> {
  readonly #options: PeerLinksOptions;
  readonly #all = new Set<Link>();
  /** Replaced connections on which the peer has said nothing since, and since when we are done with them. */
  readonly #silent = new Map<Link, number>();
  #active: Link | undefined;

  constructor(options: PeerLinksOptions) {
    this.#options = options;
  }

  /** The connection that we write to. */
  get active(): Link | undefined {
    return this.#active;
  }

  get size(): number {
    return this.#all.size;
  }

  has(link: Link): boolean {
    return this.#all.has(link);
  }

  [Symbol.iterator](): Iterator<Link> {
    return [...this.#all][Symbol.iterator]();
  }

  /** A new connection: it becomes the one to write to, and inherits what has not been sent. */
  add(link: Link): void {
    this.#all.add(link);
    this.#activate(link);
    if (this.#all.size <= MAX_LINKS) return;
    const [oldest] = this.#all;
    oldest?.close(CloseCode.tooMany, 'too many connections');
  }

  /** The peer has said something on a connection. */
  receivedOn(link: Link): void {
    const active = this.#active;
    if (link !== active && this.#all.has(link) && this.#mayBeNewest(link)) this.#activate(link);
    if (link === this.#active) this.#closeSilent();
    else if (this.#silent.delete(link)) void this.#closeWhenReplaced(link);
  }

  /** A connection is gone; another one, if there is any, inherits what has not been sent. */
  remove(link: Link): void {
    this.#all.delete(link);
    this.#silent.delete(link);
    if (link !== this.#active) return;
    this.#active = undefined;
    const newest = [...this.#all].at(-1);
    if (!newest) return;
    this.#active = newest;
    this.#silent.delete(newest);
    link.moveTo(newest);
    this.#options.onReplaced();
  }

  closeAll(code: number, reason: string): void {
    for (const link of this) link.close(code, reason);
  }

  /** Whether the peer may take an older connection for the newest one, and we are the side that follows. */
  #mayBeNewest(link: Link): boolean {
    const { me, id } = this.#options;
    return me > id && this.#active !== undefined && this.#active.createdAt - link.createdAt < CROSSING_MS;
  }

  #activate(link: Link): void {
    const previous = this.#active;
    this.#active = link;
    this.#silent.delete(link);
    if (!previous || previous === link) return;
    previous.moveTo(link);
    void this.#closeWhenReplaced(previous);
    this.#options.onReplaced();
  }

  /** Closes a replaced connection once both sides have finished with it; the peer may need it longer than we do. */
  async #closeWhenReplaced(link: Link): Promise<void> {
    const { open, opened } = link.incoming;
    await link.finish();
    if (link === this.#active || !this.#all.has(link)) return;
    if (open > 0 || link.incoming.opened > opened) link.close(CloseCode.done, REPLACED);
    else this.#silent.set(link, this.#options.clock.now());
  }

  /** A peer that writes on the active connection long after we were done with the others will not write on those any more. */
  #closeSilent(): void {
    if (this.#silent.size === 0) return; // the usual case, on the path of each message
    const { clock, settledAfterMs } = this.#options;
    for (const [link, since] of this.#silent)
      if (clock.now() - since >= settledAfterMs) link.close(CloseCode.done, REPLACED);
  }
}
