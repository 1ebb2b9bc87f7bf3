import type { TopicId } from '@grapevine/api';
import {
  directAddrs,
  type Endpoint,
  type EndpointAddr,
  type EndpointId,
  formatSocketAddr,
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
import { refuseBeside } from './given-endpoint.js';
import type { RpcMetrics } from './losses.js';
import { CONTROL_ALPN, RPC_ALPN } from './protocol.js';

/**
 * The topics that a node takes part in by itself, whether or not anybody subscribes. Clients ask, and the program decides.
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
   * Has the node join a topic until `leave`, through peers that are in it already. If it is in the topic, these are more peers to join.
   *
   * @returns whether it was not in it before
   * @throws RpcRefusedError whose message the client gets; other errors go to the server's log only
   */
  enter(topic: TopicId, peers: readonly EndpointAddr[]): Promise<boolean>;
  /** Has the node leave the topic; subscribers stay. @returns whether it was in the topic by itself. @throws as {@link OwnTopics.enter} */
  leave(topic: TopicId): Promise<boolean>;
  /** Whether the node is in the topic by itself, so that its own subscription is not counted as a listener. Default: never. */
  has?(topic: TopicId): boolean;
}

/** How to serve remote control. Everything has a default. */
export interface RpcServerOptions {
  /** Where to listen, `HOST:PORT`. Default `127.0.0.1:0`: this machine only, on a port that the system chooses. */
  readonly address?: string | undefined;
  /**
   * The endpoint to listen on, instead of a QUIC socket: one of any transport, such as iroh's where QUIC does not run, bound for remote control only.
   * From then on it belongs to the server, which replaces its protocols, accepts its connections, and closes it with `shutdown`. Clients need the
   * same transport. Not together with `address` and `secretKey`, which are the endpoint's; the number of two-way streams that it allows stands for
   * `maxSubscriptions`. Default: none.
   */
  readonly endpoint?: Endpoint | undefined;
  /**
   * The endpoint ids that may connect. Clients prove their id in the handshake, which Rust's irpc client can't. Default: everybody who reaches
   * the server, which must then listen on a loopback address.
   */
  readonly allowedClients?: readonly EndpointId[] | undefined;
  /** The server's identity, from which its certificate follows. Default: a fresh key. Do not use the node's own key, unless you want to share it. */
  readonly secretKey?: SecretKey | undefined;
  /** The protocol name of the remote API. Default {@link RPC_ALPN}. */
  readonly alpn?: string | undefined;
  /** The protocol name of the calls that Rust does not have. Default {@link CONTROL_ALPN}. */
  readonly controlAlpn?: string | undefined;
  /** The node's own endpoint: clients may ask for its address, and tell it addresses of peers. Default: clients can do neither. */
  readonly node?: Endpoint | undefined;
  /** Called when a client shuts the node down. Default: no client may. */
  readonly onShutdown?: (() => void | Promise<void>) | undefined;
  /** What `control.enter` and `control.leave` of clients do. Default: they are refused. */
  readonly topics?: OwnTopics | undefined;
  /** Connections at once. Our clients have two each. Default 64. */
  readonly maxConnections?: number | undefined;
  /** Topics that one connection may be subscribed to at once. Default 256. */
  readonly maxSubscriptions?: number | undefined;
  /**
   * How many events of one subscription are kept for a client that lags behind. Further ones are dropped, and the client gets a `lagged` event.
   * Default 2,048, as for a subscriber in this process.
   */
  readonly queueCapacity?: number | undefined;
  /** Who counts what is refused and dropped: `gossipMetrics()` of `@grapevine/metrics`. Default: nobody. */
  readonly metrics?: RpcMetrics | undefined;
  /** Where to report. Default: nowhere. */
  readonly logger?: Logger | undefined;
}

/** {@link RpcServerOptions}, checked and complete. */
export interface ResolvedServerOptions {
  readonly address: string;
  readonly endpoint: Endpoint | undefined;
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
  readonly metrics: RpcMetrics | undefined;
  readonly logger: Logger;
}

const CHECKS: Checks<RpcServerOptions> = {
  address: aString,
  endpoint: anEndpoint,
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
  metrics: anObjectWith('RpcMetrics', 'observeRpc'),
  logger: aLogger,
};

/** @throws RpcAccessError; TypeError, RangeError naming the option; ParseError for the address */
export function resolveServerOptions(options: RpcServerOptions): ResolvedServerOptions {
  checkOptions('serveRpc', options, CHECKS);
  const { address = '127.0.0.1:0', endpoint, allowedClients, alpn = RPC_ALPN, controlAlpn = CONTROL_ALPN } = options;
  if (alpn === controlAlpn) throw new RangeError(`alpn and controlAlpn must differ, both are ${JSON.stringify(alpn)}`);
  if (endpoint) checkEndpoint(endpoint, options);
  const exposed = endpoint
    ? reachedFromElsewhere(endpoint)
    : isLoopback(parseSocketAddr(address))
      ? undefined
      : address;
  if (!allowedClients && exposed !== undefined) throw new RpcAccessError(exposed);
  return {
    address,
    endpoint,
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
    metrics: options.metrics,
    logger: options.logger ?? silentLogger,
  };
}

function checkEndpoint(endpoint: Endpoint, options: RpcServerOptions): void {
  refuseBeside('endpoint', options, ['address', 'secretKey']);
  if (endpoint === options.node)
    throw new TypeError("endpoint must be one for remote control alone, and not the node's own");
  if (directAddrs(endpoint.addr()).length === 0) throw new TypeError('endpoint must have an IP address');
}

/** An address at which other machines reach an endpoint, if there is one. */
function reachedFromElsewhere(endpoint: Endpoint): string | undefined {
  for (const at of endpoint.addr().addrs) {
    if (at.type !== 'ip') return at.type === 'relay' ? at.url : 'a custom address';
    if (!isLoopback(at.addr)) return formatSocketAddr(at.addr);
  }
  return undefined;
}
