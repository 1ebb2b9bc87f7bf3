import { ConnectError } from '@grapevine/net';
import { ClientLink, type CountedConnection, type LinkedStream } from './client-link.js';
import type { ResolvedClientOptions } from './client-options.js';
import type { Dialer } from './dialer.js';
import { topicsAlpn } from './protocol.js';
import { fullWire, rustWire, type TopicWire } from './topic-wire.js';

/** A connection to a server, and how subscriptions are encoded on it. */
interface Choice {
  readonly link: ClientLink;
  readonly wire: TopicWire;
}

/** The connection for a client's subscriptions: under our protocol, or under Rust's where the server has no other. */
export class TopicsLink {
  readonly #full: Choice;
  readonly #rust: Choice;

  constructor(dialer: Dialer, { alpn, controlAlpn }: Pick<ResolvedClientOptions, 'alpn' | 'controlAlpn'>) {
    this.#full = { link: new ClientLink(dialer, topicsAlpn(controlAlpn)), wire: fullWire };
    this.#rust = { link: new ClientLink(dialer, alpn), wire: rustWire };
  }

  /** See {@link ClientLink.openBi}. */
  async openBi(): Promise<{ readonly stream: LinkedStream; readonly wire: TopicWire }> {
    const { link, wire } = await this.#choose();
    return { stream: await link.openBi(), wire };
  }

  /** See {@link ClientLink.connection}. */
  async connection(): Promise<CountedConnection> {
    return await (await this.#choose()).link.connection();
  }

  /** The current connection, if there is one. */
  async current(): Promise<CountedConnection | undefined> {
    return (await this.#full.link.current()) ?? (await this.#rust.link.current());
  }

  /** From now on nothing is dialed. */
  close(): void {
    this.#full.link.close();
    this.#rust.link.close();
  }

  async #choose(): Promise<Choice> {
    if (await this.#rust.link.current()) return this.#rust;
    try {
      await this.#full.link.connection();
      return this.#full;
    } catch (error) {
      if (error instanceof ConnectError && error.reason === 'alpn-mismatch') return this.#rust;
      throw error;
    }
  }
}
