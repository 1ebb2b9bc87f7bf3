import { CloseCode } from '../close-code.js';
import type { Link } from '../link/link.js';
import type { Peer } from './peer.js';

/** How long a peer has to answer. */
const PROBE_MS = 2_000;

/** What the check needs of the table of peers. */
export interface LinkCheckHost {
  /** Dials a peer although it is connected. @returns when the dial has ended, one way or the other */
  redial(peer: Peer): Promise<void>;
  isWanted(peer: Peer): boolean;
  /** A link has survived a time in which messages may have been lost. */
  survivedSleep(peer: Peer): void;
}

/**
 * Finds out whether links are dead, long before their idle time-out, and replaces those that are.
 *
 * A link whose peer does not answer is kept while the peer is dialed anew: it may only be slow. When the dial ends without a connection,
 * and the peer still does not answer, the link is closed.
 */
export class LinkCheck {
  readonly #host: LinkCheckHost;
  readonly #doubted = new Set<Link>();

  constructor(host: LinkCheckHost) {
    this.#host = host;
  }

  /** Our time stood still: asks all peers at once. */
  async afterSleep(peers: Iterable<Peer>): Promise<void> {
    await Promise.all([...peers].map((peer) => this.#afterSleep(peer)));
  }

  /** A peer has not answered for longer than it should. */
  async doubt(peer: Peer, link: Link): Promise<void> {
    if (this.#doubted.has(link) || !peer.links.has(link)) return;
    this.#doubted.add(link);
    await this.#replaceOrClose(peer, link);
    this.#doubted.delete(link);
  }

  async #afterSleep(peer: Peer): Promise<void> {
    const link = peer.active;
    if (!link) return;
    const answers = (await link.connection.probe?.(PROBE_MS)) ?? true;
    if (peer.active !== link) return; // replaced meanwhile
    if (answers) this.#host.survivedSleep(peer);
    else await this.doubt(peer, link);
  }

  async #replaceOrClose(peer: Peer, link: Link): Promise<void> {
    const first = link.connection.probe?.(PROBE_MS);
    if (this.#host.isWanted(peer)) await this.#host.redial(peer);
    if ((await first) ?? true) return;
    if (!peer.links.has(link) || (await link.connection.probe?.(PROBE_MS))) return;
    link.close(CloseCode.unresponsive, 'no answer');
  }
}
