import {
  type Endpoint,
  type EndpointAddr,
  type Logger,
  parseTicket,
  type SecretKey,
  silentLogger,
} from '@grapevine/net';
import {
  aLogger,
  anAlpn,
  anEndpoint,
  anEndpointAddr,
  anInteger,
  aSecretKey,
  type Checks,
  checkOptions,
  describe,
  isBytes,
} from '@grapevine/net/transport';
import { refuseBeside } from './given-endpoint.js';
import { CONTROL_ALPN, RPC_ALPN } from './protocol.js';

/**
 * A server and how to recognize it: by its endpoint id (an address, or a ticket), or by its certificate (`HOST:PORT` and DER), as
 * Rust's irpc does.
 */
export type RpcServerAddr = EndpointAddr | string | { readonly address: string; readonly certificate: Uint8Array };

/** How to connect. Everything has a default. */
export interface RpcClientOptions {
  /** The client's identity, for servers with a list of clients; only where the server is known by its id. Default: a fresh key. */
  readonly secretKey?: SecretKey | undefined;
  /**
   * The endpoint to dial from, instead of a QUIC socket: one of the server's transport, such as iroh's. From then on it belongs to the client, and
   * the client's `close` closes it. Not together with `secretKey` and `idleTimeoutMs`, which are the endpoint's. Default: none.
   */
  readonly endpoint?: Endpoint | undefined;
  /** The protocol name of the remote API. Default {@link RPC_ALPN}. */
  readonly alpn?: string | undefined;
  /** The protocol name of the calls that Rust does not have. Default {@link CONTROL_ALPN}. */
  readonly controlAlpn?: string | undefined;
  /** Longest broadcast in bytes, for a server that can't tell, such as a Rust one. Default 4,055, which every node with default settings takes. */
  readonly maxContentLength?: number | undefined;
  /** How long a server may be silent until it counts as gone, in milliseconds. Default 10,000; it is probed every second. */
  readonly idleTimeoutMs?: number | undefined;
  readonly logger?: Logger | undefined;
}

/** {@link RpcClientOptions}, checked and complete. */
export interface ResolvedClientOptions {
  readonly server: EndpointAddr | { readonly address: string; readonly certificate: Uint8Array };
  readonly secretKey: SecretKey | undefined;
  readonly endpoint: Endpoint | undefined;
  readonly alpn: string;
  readonly controlAlpn: string;
  readonly maxContentLength: number;
  readonly idleTimeoutMs: number;
  readonly logger: Logger;
}

const CHECKS: Checks<RpcClientOptions> = {
  secretKey: aSecretKey,
  endpoint: anEndpoint,
  alpn: anAlpn,
  controlAlpn: anAlpn,
  maxContentLength: anInteger(1),
  idleTimeoutMs: anInteger(10, 2 ** 31 - 1),
  logger: aLogger,
};

function checkServer(server: unknown): void {
  if (typeof server === 'string') return; // a ticket, which says itself what is wrong with it
  if (typeof server !== 'object' || server === null || !('certificate' in server || 'id' in server)) {
    throw new TypeError(
      `server must be a ticket, an EndpointAddr or { address, certificate }, got ${describe(server)}`,
    );
  }
  if ('id' in server) return anEndpointAddr('server', server);
  const { address, certificate } = server as { address?: unknown; certificate?: unknown };
  if (typeof address !== 'string') throw new TypeError(`server.address must be HOST:PORT, got ${describe(address)}`);
  if (!isBytes(certificate)) {
    throw new TypeError('the certificate of a server must be a Uint8Array: its DER bytes');
  }
}

/** @throws ParseError for a ticket; TypeError, RangeError naming the option */
export function resolveClientOptions(server: RpcServerAddr, options: RpcClientOptions): ResolvedClientOptions {
  checkServer(server);
  checkOptions('connectRpc', options, CHECKS);
  const { alpn = RPC_ALPN, controlAlpn = CONTROL_ALPN, maxContentLength = 4055, idleTimeoutMs = 10_000 } = options;
  const addr = typeof server === 'string' ? parseTicket(server) : server;
  if ('certificate' in addr && options.secretKey) {
    throw new TypeError(
      'secretKey is of no use for a server that is known by its certificate: give its endpoint id instead',
    );
  }
  if (options.endpoint) {
    refuseBeside('endpoint', options, ['secretKey', 'idleTimeoutMs']);
    if ('certificate' in addr) throw new TypeError('an endpoint knows servers by their endpoint id: give that');
  }
  return {
    server: addr,
    secretKey: options.secretKey,
    endpoint: options.endpoint,
    alpn,
    controlAlpn,
    maxContentLength,
    idleTimeoutMs,
    logger: options.logger ?? silentLogger,
  };
}
