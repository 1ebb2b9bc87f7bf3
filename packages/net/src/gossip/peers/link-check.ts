import type { EndpointId } from '../../identity/endpoint-id.js';
import type { Clock, ClockTimer } from '../../util/clock.js';
import { CloseCode } from '../close-code.js';
import type { Link } from '../link/link.js';
import { refusesStream } from '../link/refused-stream.js';
import type { Peer } from './peer.js';

/** How long a peer has to answer a probe. */
const PROBE_MS = 2_000;

/** A peer that was there until a moment ago is more likely busy than gone, and a redial would cost it more work: it is asked again. */
const DOUBTED_PROBES = 3;

/** A probe that ends later than it should says nothing about the peer: we have not run, and the answer may wait in our socket. */
const LATE_MS = 500;

/** After this many probes that say nothing, the link is left to its idle time-out. */
const MAX_LATE = 5;

/** The time from one question to the next while a leaf publishes, in milliseconds. */
const ASK_MS = 5_000;

/** What the check needs of the table of peers. */
export interface LinkCheckHost {
  readonly clock: Clock;
  /** Whether we are a leaf. A browser does not say whether a peer answers; and a leaf's peers are hubs, which refuse streams. */
  readonly isLeaf: boolean;
  /** Dials a peer although it is connected. @returns when the dial has ended, one way or the other */
  redial(peer: Peer): Promise<void>;
  isWanted(peer: Peer): boolean;
  /** A link has survived a time in which messages may have been lost. */
  survivedSleep(peer: Peer): void;
}

/**
 * Finds out whether links are dead, long before their idle time-out, and replaces those that are.
 *
 * A link whose peer does not answer is kept while the peer is dialed anew: it may only be slow. When the dial has ended and the peer still
 * does not answer on the old link, that one is closed.
 */
export class LinkCheck {
  readonly #host: LinkCheckHost;
  /** Links that are being asked, and whether they answer. */
  readonly #doubted = new Map<Link, Promise<boolean>>();
  /** Links that are asked later, because they were asked a moment ago. */
  readonly #due = new Map<Link, ClockTimer>();

  constructor(host: LinkCheckHost) {
    this.#host = host;
  }

  /** Our time stood still: asks all peers at once. @returns those that have answered, on the links that there were */
  async afterSleep(peers: readonly Peer[]): Promise<EndpointId[]> {
    const answers = await Promise.all(peers.map((peer) => this.#afterSleep(peer)));
    return peers.filter((_, i) => answers[i]).map(({ id }) => id);
  }

  /**
   * The application's payload goes to a hub. Where the transport does not notice that nobody takes it, the hub is asked afterwards: at once, or when
   * the time since the last question is over. So the last payload, too, is followed by a question.
   */
  said(peer: Peer): void {
    const link = peer.active;
    if (!link || link.connection.onUnresponsive || this.#due.has(link)) return;
    const { clock } = this.#host;
    const waitMs = link.askedAt + ASK_MS - clock.now();
    const ask = () => this.#askNow(peer, link);
    if (waitMs <= 0) ask();
    else this.#due.set(link, clock.setTimer(ask, waitMs));
  }

  /** The connection is over. */
  ended(link: Link): void {
    this.#due.get(link)?.cancel();
    this.#due.delete(link);
  }

  /** A peer has not answered for longer than it should. */
  async doubt(peer: Peer, link: Link): Promise<void> {
    if (this.#doubted.has(link)) return;
    const answers = this.#answersOneOf(link, DOUBTED_PROBES);
    this.#doubted.set(link, answers);
    if (!(await answers)) await this.#replace(peer, link);
    this.#doubted.delete(link);
  }

  #askNow(peer: Peer, link: Link): void {
    this.#due.delete(link);
    link.askedAt = this.#host.clock.now();
    void this.doubt(peer, link);
  }

  /** A link that does not answer is replaced afterwards. */
  async #afterSleep(peer: Peer): Promise<boolean> {
    const link = peer.active;
    if (!link) return false;
    const asked = this.#doubted.get(link);
    if (asked) return asked;
    const asking = this.#answers(link);
    this.#doubted.set(link, asking);
    const answers = await asking;
    if (answers && peer.active === link) this.#host.survivedSleep(peer);
    if (answers) this.#doubted.delete(link);
    else void this.#replace(peer, link).then(() => this.#doubted.delete(link));
    return answers;
  }

  async #replace(peer: Peer, link: Link): Promise<void> {
    if (this.#host.isWanted(peer)) await this.#host.redial(peer);
    if (!(await this.#answers(link))) link.close(CloseCode.unresponsive, 'no answer');
  }

  async #answersOneOf(link: Link, probes: number): Promise<boolean> {
    for (let probe = 0; probe < probes; probe++) if (await this.#answers(link)) return true;
    return false;
  }

  /** @returns false when the peer certainly had the time to answer, and has not */
  async #answers(link: Link): Promise<boolean> {
    const { clock } = this.#host;
    for (let late = 0; late < MAX_LATE; late++) {
      const started = clock.now();
      if (await this.#ask(link)) return true;
      if (clock.now() - started <= PROBE_MS + LATE_MS) return false;
    }
    return true;
  }

  async #ask({ connection }: Link): Promise<boolean> {
    if (connection.probe) return connection.probe(PROBE_MS);
    return !this.#host.isLeaf || refusesStream(connection, this.#host.clock, PROBE_MS);
  }
}
