import { aFunction, anObjectWith, type Checks, checkOptions } from '@grapevine/proto/check';
import { EndpointClosedError } from '../errors.js';
import { anAlpn } from '../util/check-alpns.js';
import { aLogger, anEndpoint } from '../util/checks.js';
import { type Logger, silentLogger } from '../util/logger.js';
import type { Connection, Endpoint, Incoming } from './seam.js';

/** Somebody who answers connections of one protocol. */
export interface ProtocolHandler {
  /** Takes over a connection. A rejection closes it with code 1; it never reaches other connections. */
  accept(connection: Connection): void | Promise<void>;
  /** The router is shutting down: finish what is under way. */
  shutdown?(): Promise<void>;
  /** Further protocols that belong to this one: the router registers them with it. */
  readonly companions?: readonly ProtocolCompanion[];
}

/** A protocol that comes with another. */
export interface ProtocolCompanion {
  readonly alpn: string;
  /** As {@link ProtocolHandler.accept}. */
  accept(connection: Connection): void | Promise<void>;
}

/** Settings of a {@link Router}. */
export interface RouterOptions {
  readonly logger?: Logger | undefined;
  /**
   * Decides, before the handshake, who may connect at all: only `true` admits. If it throws or rejects, that is logged and the peer is refused.
   * Default: everybody.
   */
  readonly admit?: ((incoming: Incoming) => boolean | Promise<boolean>) | undefined;
}

const aHandler = anObjectWith('a ProtocolHandler', 'accept');

const CHECKS: Checks<RouterOptions> = { logger: aLogger, admit: aFunction };

/**
 * Sends incoming connections to the handler of their protocol, so that one endpoint can carry several.
 *
 * @example
 * ```ts
 * await using router = new Router(endpoint).accept(Gossip.ALPN, gossip).spawn();
 * ```
 */
export class Router implements AsyncDisposable {
  readonly endpoint: Endpoint;
  readonly #handlers = new Map<string, ProtocolHandler>();
  readonly #companions = new Map<string, ProtocolCompanion>();
  readonly #logger: Logger;
  readonly #admit: NonNullable<RouterOptions['admit']>;
  #running: Promise<void> | undefined;

  /** @throws TypeError that names the option and says what it should be */
  constructor(endpoint: Endpoint, options: RouterOptions = {}) {
    anEndpoint('endpoint', endpoint);
    checkOptions('Router', options, CHECKS);
    this.endpoint = endpoint;
    this.#logger = options.logger ?? silentLogger;
    this.#admit = options.admit ?? (() => true);
  }

  /**
   * Registers the handler of a protocol, and its companions.
   *
   * @throws TypeError, RangeError for a wrong argument; Error if one of them has a handler already, or the router runs
   */
  accept(alpn: string, handler: ProtocolHandler): this {
    anAlpn('alpn', alpn);
    aHandler('handler', handler);
    if (this.#running) throw new Error('the router is running: register protocols before spawn()');
    const companions = handler.companions ?? [];
    for (const taken of [alpn, ...companions.map((companion) => companion.alpn)]) {
      if (this.#handlers.has(taken) || this.#companions.has(taken))
        throw new Error(`protocol ${taken} has a handler already`);
    }
    this.#handlers.set(alpn, handler);
    for (const companion of companions) this.#companions.set(companion.alpn, companion);
    return this;
  }

  /** Starts answering. */
  spawn(): this {
    if (this.#running) throw new Error('the router is running already');
    this.endpoint.setAlpns([...this.#handlers.keys(), ...this.#companions.keys()]);
    this.#running = this.#run();
    return this;
  }

  /**
   * Lets the handlers finish (gossip leaves its topics in good order), then closes the endpoint: nothing of these keeps the process alive then. Safe
   * to call again.
   */
  async shutdown(): Promise<void> {
    await Promise.allSettled([...this.#handlers.values()].map(async (handler) => handler.shutdown?.()));
    await this.endpoint.close();
    await this.#running;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.shutdown();
  }

  async #run(): Promise<void> {
    for await (const incoming of this.endpoint.accept()) {
      const verdict = this.#ask(incoming);
      if (typeof verdict === 'boolean') this.#decide(incoming, verdict);
      else void verdict.then((admitted) => this.#decide(incoming, admitted));
    }
  }

  /** Whether to admit somebody. Never throws, never rejects. */
  #ask(incoming: Incoming): boolean | Promise<boolean> {
    const failed = (error: unknown): boolean => {
      this.#logger.error(
        { remote: incoming.remoteAddress, error: String(error) },
        'admit has failed: refusing the peer',
      );
      return false;
    };
    try {
      const verdict = this.#admit(incoming);
      return typeof verdict === 'boolean' ? verdict : Promise.resolve(verdict).then((value) => value === true, failed);
    } catch (error) {
      return failed(error);
    }
  }

  #decide(incoming: Incoming, admitted: boolean): void {
    if (admitted) void this.#serve(incoming);
    else incoming.refuse();
  }

  async #serve(incoming: Incoming): Promise<void> {
    let connection: Connection;
    try {
      connection = await incoming.accept();
    } catch (error) {
      if (!(error instanceof EndpointClosedError)) {
        this.#logger.debug({ remote: incoming.remoteAddress, error: String(error) }, 'incoming handshake failed');
      }
      return;
    }
    const handler = this.#handlers.get(connection.alpn) ?? this.#companions.get(connection.alpn);
    if (!handler) {
      connection.close(1, 'no handler for this protocol');
      return;
    }
    try {
      await handler.accept(connection);
    } catch (error) {
      this.#logger.warn({ peer: connection.remoteId, error: String(error) }, 'protocol handler failed');
      connection.close(1, 'protocol handler failed');
    }
  }
}
