import type { TopicId } from '@grapevine/api';
import {
  type Endpoint,
  type EndpointAddr,
  type EndpointId,
  isLoopback,
  type Logger,
  parseSocketAddr,
  type SecretKey,
  silentLogger,
} from '@grapevine/net';
import {
  aFunction,
  aLogger,
  anAlpn,
  anArrayOf,
  anEndpoint,
  anEndpointId,
  anInteger,
  anObjectWith,
  aSecretKey,
  aString,
  type Checks,
  checkOptions,
} from '@grapevine/net/transport';
import { RpcAccessError } from './errors.js';
import { CONTROL_ALPN, RPC_ALPN } from './protocol.js';

/**
 * The topics that a node takes part in by itself, whether anybody subscribes or not: clients ask, the program decides.
 *
 * @example
 * ```ts
 * const own = new Map<TopicId, GossipTopic>();
 * await serveRpc(gossip, {
 *   node: endpoint,
 *   topics: {
 *     async enter(id, bootstrap) {
 *       const isNew = !own.has(id);
 *       if (isNew) own.set(id, await gossip.subscribe(id, { bootstrap }));
 *       else await own.get(id)?.joinPeers(bootstrap);
 *       return isNew;
 *     },
 *     async leave(id) {
 *       own.get(id)?.close();
 *       return own.delete(id);
 *     },
 *   },
 * });
 * ```
 */
export interface OwnTopics {
  /**
   * Takes the node into a topic for good, through peers that are in it already; more peers for a topic that it is in are welcome.
   *
   * @returns whether it was not in it before
   * @throws RpcRefusedError with what the client shall read; what any other error says stays in the server's log
   */
  enter(topic: TopicId, peers: readonly EndpointAddr[]): Promise<boolean>;
  /** Takes it out again; those who subscribe stay. @returns whether it was in it. @throws as {@link OwnTopics.enter} */
  leave(topic: TopicId): Promise<boolean>;
  /** Whether it is in it, so that its own subscription is not taken for a listener. Default: it never is. */
  has?(topic: TopicId): boolean;
}

/** How to serve remote control. Everything has a default. */
export interface RpcServerOptions {
  /** Where to listen, `HOST:PORT`. Default `127.0.0.1:0`: this machine alone, a port that the system chooses. */
  readonly address?: string | undefined;
  /**
   * The endpoint ids that may connect; they prove it in the handshake, which Rust's irpc client can't. Default: everybody who reaches
   * the server, which must listen on a loopback address then.
   */
  readonly allowedClients?: readonly EndpointId[] | undefined;
  /** Who to be; the certificate follows from it. Default: a fresh key. Not the node's own key, unless you want to share it. */
  readonly secretKey?: SecretKey | undefined;
  /** The protocol name of the remote API. Default {@link RPC_ALPN}. */
  readonly alpn?: string | undefined;
  /** The protocol name of the calls that Rust does not have. Default {@link CONTROL_ALPN}. */
  readonly controlAlpn?: string | undefined;
  /** The node's own endpoint: clients may ask for its address, and tell it those of peers. Default: neither. */
  readonly node?: Endpoint | undefined;
  /** Called when a client shuts the node down. Default: no client may. */
  readonly onShutdown?: (() => void | Promise<void>) | undefined;
  /** What `control.enter` and `control.leave` of clients do. Default: they are refused. */
  readonly topics?: OwnTopics | undefined;
  /** Connections at once; a client of ours has two. Default 64. */
  readonly maxConnections?: number | undefined;
  /** Topics that one connection may be subscribed to at once. Default 256. */
  readonly maxSubscriptions?: number | undefined;
  /**
   * Events of one subscription that are kept for a client that lags behind; more are dropped, and it is told (`lagged`). Default 2,048, as
   * for a subscriber in this process.
   */
  readonly queueCapacity?: number | undefined;
  readonly logger?: Logger | undefined;
}

/** {@link RpcServerOptions}, checked and complete. */
export interface ResolvedServerOptions {
  readonly address: string;
  readonly allowed: ReadonlySet<EndpointId> | undefined;
  readonly secretKey: SecretKey | undefined;
  readonly alpn: string;
  readonly controlAlpn: string;
  readonly node: Endpoint | undefined;
  readonly onShutdown: (() => void | Promise<void>) | undefined;
  readonly topics: OwnTopics | undefined;
  readonly maxConnections: number;
  readonly maxSubscriptions: number;
  readonly queueCapacity: number;
  readonly logger: Logger;
}

const CHECKS: Checks<RpcServerOptions> = {
  address: aString,
  allowedClients: anArrayOf('endpoint ids', anEndpointId),
  secretKey: aSecretKey,
  alpn: anAlpn,
  controlAlpn: anAlpn,
  node: anEndpoint,
  onShutdown: aFunction,
  topics: anObjectWith('OwnTopics', 'enter', 'leave'),
  maxConnections: anInteger(1),
  maxSubscriptions: anInteger(1),
  queueCapacity: anInteger(1),
  logger: aLogger,
};

/** @throws RpcAccessError; TypeError, RangeError naming the option; ParseError for the address */
export function resolveServerOptions(options: RpcServerOptions): ResolvedServerOptions {
  checkOptions('serveRpc', options, CHECKS);
  const { address = '127.0.0.1:0', allowedClients, alpn = RPC_ALPN, controlAlpn = CONTROL_ALPN } = options;
  if (alpn === controlAlpn) throw new RangeError(`alpn and controlAlpn must differ, both are ${JSON.stringify(alpn)}`);
  const addr = parseSocketAddr(address);
  if (!allowedClients && !isLoopback(addr)) throw new RpcAccessError(address);
  return {
    address,
    allowed: allowedClients && new Set(allowedClients),
    secretKey: options.secretKey,
    alpn,
    controlAlpn,
    node: options.node,
    onShutdown: options.onShutdown,
    topics: options.topics,
    maxConnections: options.maxConnections ?? 64,
    maxSubscriptions: options.maxSubscriptions ?? 256,
    queueCapacity: options.queueCapacity ?? 2_048,
    logger: options.logger ?? silentLogger,
  };
}
