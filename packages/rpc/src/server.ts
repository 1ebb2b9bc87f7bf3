import { setImmediate, setTimeout } from 'node:timers/promises';
import type { GossipApi } from '@grapevine/api';
import { type EndpointId, formatSocketAddr, type SocketAddr } from '@grapevine/net';
import { anObjectWith } from '@grapevine/net/transport';
import { ClientProgress } from './client-progress.js';
import { serveControlConnection } from './control-connection.js';
import { type ClientConnection, type Listening, listen } from './listening.js';
import { LossCounter, type RpcLossReason, type RpcServerStats } from './losses.js';
import { PendingItems } from './pending-bytes.js';
import { Progress } from './progress.js';
import { CloseCode, topicsAlpn } from './protocol.js';
import { serveRpcConnection } from './rpc-connection.js';
import { type ResolvedServerOptions, type RpcServerOptions, resolveServerOptions } from './server-options.js';
import { fullWire, rustWire, type TopicWire } from './topic-wire.js';

/** What connections are told that are refused. */
const REFUSAL = {
  'not-allowed': CloseCode.notAllowed,
  'too-many-connections': CloseCode.tooMany,
} satisfies Partial<Record<RpcLossReason, number>>;

/** Longest wait for clients to hear that their topics have ended. */
const ENDING_MS = 1_000;

/**
 * Lets other processes use a gossip node: the remote `GossipApi` of iroh-gossip, byte for byte, and beside it, under a protocol
 * name of its own, what only Grapevine has.
 *
 * Without `allowedClients` everybody on this machine may control the node, and nobody else.
 *
 * @throws RpcAccessError when asked to listen elsewhere without a list; BindError; TypeError, RangeError naming the option;
 *   UnsupportedPlatformError where QUIC does not run and no `endpoint` is given
 *
 * @example
 * ```ts
 * await using server = await serveRpc(gossip, { node: endpoint });
 * await using remote = connectRpc({ address: server.address, certificate: server.certificate });
 * ```
 */
export async function serveRpc(gossip: GossipApi, options: RpcServerOptions = {}): Promise<RpcServer> {
  anObjectWith('a Gossip', 'subscribe', 'snapshot', 'shutdown')('gossip', gossip);
  return await RpcServer.start(gossip, resolveServerOptions(options));
}

/** A running server. See {@link serveRpc}. */
export class RpcServer implements AsyncDisposable {
  /** The server's own id: what {@link connectRpc} of Grapevine expects, with an address. */
  readonly id: EndpointId;
  /** Where it listens. */
  readonly addr: SocketAddr;
  /** What clients without endpoint ids pin, DER, for the name `localhost`; undefined where clients must prove an id. */
  readonly certificate: Uint8Array | undefined;
  readonly #gossip: GossipApi;
  readonly #options: ResolvedServerOptions;
  readonly #listening: Listening;
  readonly #connections = new Set<ClientConnection>();
  readonly #progress = new ClientProgress();
  /** Unfinished items of subscriptions, and of control. */
  readonly #pendingCommands = new PendingItems(() => this.#losses.count('too-much-unfinished'));
  readonly #pendingRequests = new PendingItems(() => this.#losses.count('too-much-unfinished'));
  readonly #losses = new LossCounter();
  readonly #stopObserving: (() => void) | undefined;
  readonly #running: Promise<void>;
  /** Clients that are being told that a topic has ended. */
  readonly #ending = new Set<Promise<unknown>>();

  private constructor(gossip: GossipApi, options: ResolvedServerOptions, listening: Listening) {
    this.#gossip = gossip;
    this.#options = options;
    this.#listening = listening;
    this.id = listening.id;
    this.addr = listening.addr;
    this.certificate = listening.certificate;
    this.#stopObserving = options.metrics?.observeRpc(() => ({ ...this.stats(), transport: listening.transport() }));
    this.#running = this.#run();
  }

  /** @internal */
  static async start(gossip: GossipApi, options: ResolvedServerOptions): Promise<RpcServer> {
    return new RpcServer(gossip, options, await listen(options));
  }

  /** Where it listens, `HOST:PORT`. */
  get address(): string {
    return formatSocketAddr(this.addr);
  }

  stats(): RpcServerStats {
    return { connections: this.#connections.size, losses: this.#losses.all() };
  }

  /**
   * Closes every connection and frees the port. The node goes on, without the topics that only remote clients were in. Clients whose topics
   * have ended hear that first (at most 1 s).
   */
  async shutdown(): Promise<void> {
    await setImmediate(); // a node that has just ended tells its readers first
    if (this.#ending.size > 0)
      await Promise.race([Promise.all(this.#ending), setTimeout(ENDING_MS, undefined, { ref: false })]);
    await this.#listening.close();
    await this.#running;
    this.#stopObserving?.();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.shutdown();
  }

  async #run(): Promise<void> {
    const serving = new Set<Promise<void>>();
    for await (const incoming of this.#listening.accept()) {
      const served = incoming
        .accept()
        .then((connection) => this.#serve(connection))
        .catch((error) => this.#options.logger.debug({ error: String(error) }, 'a remote client failed'));
      serving.add(served);
      void served.finally(() => serving.delete(served));
    }
    await Promise.all(serving);
  }

  async #serve(connection: ClientConnection): Promise<void> {
    const { allowed, maxConnections, alpn, controlAlpn } = this.#options;
    if (allowed && !(connection.remoteId && allowed.has(connection.remoteId))) {
      return this.#refuse(connection, 'not-allowed', `client ${connection.remoteId} is not allowed`);
    }
    if (this.#connections.size >= maxConnections) {
      return this.#refuse(connection, 'too-many-connections', `the server takes ${maxConnections} connections`);
    }
    this.#connections.add(connection);
    try {
      if (connection.alpn === alpn) await this.#serveRpc(connection, rustWire);
      else if (connection.alpn === topicsAlpn(controlAlpn)) await this.#serveRpc(connection, fullWire);
      else await this.#serveControl(connection);
    } finally {
      this.#connections.delete(connection);
    }
  }

  #refuse(connection: ClientConnection, reason: keyof typeof REFUSAL, why: string): void {
    this.#losses.count(reason);
    this.#options.logger.warn({ remote: connection.remoteAddr(), why }, 'a remote client was refused');
    connection.close(REFUSAL[reason], why);
  }

  async #serveRpc(connection: ClientConnection, wire: TopicWire): Promise<void> {
    const { logger, queueCapacity } = this.#options;
    const progress = new Progress();
    const forget = this.#progress.add(connection, progress);
    try {
      const closed = await serveRpcConnection(connection, this.#pendingCommands, {
        gossip: this.#gossip,
        wire,
        progress,
        queueCapacity,
        logger,
        lost: (reason) => this.#losses.count(reason),
        ending: (told) => {
          this.#ending.add(told);
          void told.finally(() => this.#ending.delete(told));
        },
      });
      if (closed.type === 'peer' && closed.code !== 0) logger.warn({ closed }, 'a remote client closed with an error');
    } finally {
      progress.end();
      forget();
    }
  }

  async #serveControl(connection: ClientConnection): Promise<void> {
    const { logger, node, onShutdown, topics } = this.#options;
    await serveControlConnection(connection, this.#pendingRequests, {
      gossip: this.#gossip,
      logger,
      lost: (reason) => this.#losses.count(reason),
      node,
      onShutdown,
      topics,
      progress: () => this.#progress.of(connection),
    });
  }
}
