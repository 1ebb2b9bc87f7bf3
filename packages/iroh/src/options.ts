import {
  type AddressLookup,
  type Logger,
  parseSocketAddr,
  SecretKey,
  type SocketAddr,
  silentLogger,
} from '@grapevine/net';
import {
  aLogger,
  anAddressLookup,
  anything,
  aSecretKey,
  type Checks,
  checkAlpns,
  checkInteger,
  checkOptions,
  oneOf,
  someAlpns,
} from '@grapevine/net/transport';

/**
 * Which of iroh's services are used.
 *
 * - `n0`: finds endpoints by id through n0's DNS servers, and publishes our own addresses there.
 * - `minimal`: nothing that needs a server.
 */
export type IrohPreset = 'n0' | 'minimal';

/** Which relays carry packets until a direct path is found: none, n0's, or those at these https URLs. */
export type IrohRelays = 'disabled' | 'default' | { readonly urls: readonly [string, ...string[]] };

/** Settings of a transport on an endpoint that exists already. */
export interface IrohTransportOptions {
  /**
   * A connection ends when nothing came for this long, in milliseconds: 7,000 to 30,000, because iroh probes every five seconds and gives up
   * after 30 s itself. Default 30,000.
   */
  readonly idleTimeoutMs?: number | undefined;
  /** Time limit of a handshake, and of the wait for a stream that the peer does not allow yet, in milliseconds. Default 10,000. */
  readonly handshakeTimeoutMs?: number | undefined;
  /** How many one-way streams a peer may have open at once: iroh buffers up to 1.25 MB for each. Default 512; iroh's own is 100. */
  readonly maxUniStreams?: number | undefined;
  /** How many two-way streams a peer may have open at once. Default 100. */
  readonly maxBiStreams?: number | undefined;
  /** Where to look up endpoints by id before iroh's own discovery is asked. Default: a fresh address book. */
  readonly addressLookup?: AddressLookup | undefined;
  /** Where to report. Default: nowhere. */
  readonly logger?: Logger | undefined;
}

/** How to bind an endpoint. Everything has a default. */
export interface IrohEndpointOptions extends IrohTransportOptions {
  /** The identity. Default: a fresh key. */
  readonly secretKey?: SecretKey | undefined;
  /** Default `n0`. */
  readonly preset?: IrohPreset | undefined;
  /** Default: `default` with the preset `n0`, `disabled` with `minimal`. */
  readonly relays?: IrohRelays | undefined;
  /**
   * The local address, `HOST:PORT` or `[IPV6]:PORT`; port 0 lets the operating system choose. With an address of one family,
   * iroh's socket of the other one is bound to loopback. Default: every interface in both families.
   */
  readonly address?: string | undefined;
  /** The protocols to answer to; a `Router` sets them itself. Default none: every incoming connection fails. */
  readonly alpns?: readonly string[] | undefined;
}

/** {@link IrohTransportOptions}, checked and complete. */
export interface Settings {
  readonly idleTimeoutMs: number;
  readonly handshakeTimeoutMs: number;
  readonly maxUniStreams: number;
  readonly maxBiStreams: number;
  readonly addressLookup: AddressLookup | undefined;
  readonly logger: Logger;
}

/** What only {@link IrohEndpointOptions} has, checked and complete. */
export interface BindSettings {
  readonly secretKey: SecretKey;
  readonly preset: IrohPreset;
  readonly relays: IrohRelays;
  readonly address: SocketAddr | undefined;
  readonly alpns: readonly string[];
}

const MAX_TIMER_MS = 2 ** 31 - 1;

/** Numbers, and what only binding needs, are checked where their defaults stand. */
const TRANSPORT_CHECKS: Checks<IrohTransportOptions> = {
  idleTimeoutMs: anything,
  handshakeTimeoutMs: anything,
  maxUniStreams: anything,
  maxBiStreams: anything,
  addressLookup: anAddressLookup,
  logger: aLogger,
};

const BIND_CHECKS: Checks<IrohEndpointOptions> = {
  ...TRANSPORT_CHECKS,
  secretKey: aSecretKey,
  preset: oneOf('n0', 'minimal'),
  relays: anything,
  address: (name, value) => {
    if (typeof value !== 'string') throw new TypeError(`${name} must be a string, e.g. 127.0.0.1:0`);
  },
  alpns: someAlpns,
};

/** Refuses unknown names and wrong types. @throws TypeError, RangeError that name the option */
export function checkTransportOptions(options: IrohTransportOptions): void {
  checkOptions('IrohEndpoint.adopt', options, TRANSPORT_CHECKS);
}

/** The same for binding. @throws TypeError, RangeError that name the option */
export function checkBindOptions(options: IrohEndpointOptions): void {
  checkOptions('IrohEndpoint.bind', options, BIND_CHECKS);
}

/** Checks options and fills in defaults. @throws TypeError, RangeError that name the option */
export function resolveOptions(options: IrohTransportOptions): Settings {
  return {
    idleTimeoutMs: checkInteger('idleTimeoutMs', options.idleTimeoutMs, 30_000, 7_000, 30_000),
    handshakeTimeoutMs: checkInteger('handshakeTimeoutMs', options.handshakeTimeoutMs, 10_000, 1, MAX_TIMER_MS),
    maxUniStreams: checkInteger('maxUniStreams', options.maxUniStreams, 512, 1, 1_000_000),
    maxBiStreams: checkInteger('maxBiStreams', options.maxBiStreams, 100, 1, 1_000_000),
    addressLookup: options.addressLookup,
    logger: options.logger ?? silentLogger,
  };
}

/** The same for what only binding needs. @throws TypeError, RangeError that name the option; ParseError for the address */
export function resolveBindOptions(options: IrohEndpointOptions): BindSettings {
  const { secretKey, preset = 'n0', address, alpns = [] } = options;
  return {
    secretKey: secretKey ?? SecretKey.generate(),
    preset,
    relays: checkRelays(options.relays ?? (preset === 'n0' ? 'default' : 'disabled')),
    address: address === undefined ? undefined : parseSocketAddr(address),
    alpns: checkAlpns(alpns),
  };
}

function checkRelays(relays: IrohRelays): IrohRelays {
  if (relays === 'disabled' || relays === 'default') return relays;
  const { urls } = Object(relays) as { urls?: unknown };
  if (!Array.isArray(urls) || urls.length === 0)
    throw new TypeError("relays must be 'disabled', 'default' or { urls: [at least one] }");
  for (const url of urls) {
    if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol))
      throw new TypeError(`a relay must be an http(s) URL, not ${JSON.stringify(url)}`);
  }
  return relays;
}
