import {
  aBoolean,
  anArrayOf,
  anything,
  aString,
  type Checks,
  checkOptions,
  oneOf,
  someBytes,
} from '@grapevine/proto/check';
import type { AddressLookup } from '../address/address-book.js';
import { parseAdvertised } from '../address/advertised.js';
import { isLoopback, parseSocketAddr, type SocketAddr } from '../address/socket-addr.js';
import { SecretKey } from '../identity/secret-key.js';
import { checkAlpns, someAlpns } from '../util/check-alpns.js';
import { checkInteger } from '../util/check-integer.js';
import { aLogger, anAddressLookup, aSecretKey } from '../util/checks.js';
import { type Logger, silentLogger } from '../util/logger.js';
import { BASE_SIZE } from './path-mtu.js';
import { DgramSocket, type UdpSocket } from './udp-socket.js';

/** How to bind an {@link Endpoint}. Everything has a default. */
export interface EndpointOptions {
  /** Our identity. Default: a fresh key. */
  readonly secretKey?: SecretKey | undefined;
  /**
   * The local address, `HOST:PORT` or `[IPV6]:PORT`. Port 0 lets the operating system choose. Default `0.0.0.0:0`: every IPv4
   * interface. `[::]:0` is every interface in both families.
   */
  readonly address?: string | undefined;
  /**
   * Addresses where others reach us besides those of our interfaces: the public one of a NAT that forwards a port, or the host's for a container.
   * `HOST:PORT`, or `HOST` for the port of the socket; IP addresses. Default: none.
   */
  readonly advertise?: readonly string[] | undefined;
  /** The protocols to answer to; a `Router` sets them itself. Default none: every incoming connection fails. */
  readonly alpns?: readonly string[] | undefined;
  /** A connection is over when nothing was heard for this long, in milliseconds (RFC 9000, section 10.1). Default 30,000. */
  readonly idleTimeoutMs?: number | undefined;
  /**
   * A silent peer is asked for a sign of life after this long, in milliseconds; 0 never. The end that dialed asks somewhat sooner, so that one of
   * the two asks. Default a third of the idle time-out, at most 10,000.
   */
  readonly keepAliveMs?: number | undefined;
  /** A handshake must end within this time, in milliseconds, on either side. Default 10,000. */
  readonly handshakeTimeoutMs?: number | undefined;
  /** How many incoming handshakes may be under way. Default 1,024. */
  readonly maxHalfOpen?: number | undefined;
  /** How many of them from one host. Default 256. */
  readonly maxHalfOpenPerSource?: number | undefined;
  /**
   * How many connections from one host (or /48) may end because they brought too much; from then on one in ten seconds is let in from there. Default
   * 8. Behind a proxy that hides where clients are, all of them count as one host: set it as high as you like.
   */
  readonly maxFloodsPerSource?: number | undefined;
  /** From how many incoming handshakes on a client must prove its address by a retry (RFC 9000, section 8.1). 0 is always. Default 128. */
  readonly retryThreshold?: number | undefined;
  /** How many one-way streams a peer may have open at once (RFC 9000, section 4.6). Default 4,096. */
  readonly maxUniStreams?: number | undefined;
  /** How many two-way streams a peer may have open at once. Default 128: comparisons of histories have 64 at most, nothing else has any. */
  readonly maxBiStreams?: number | undefined;
  /** How much a peer may send on a stream that nobody reads, in bytes (RFC 9000, section 4.1). Default 1 MiB. */
  readonly streamWindow?: number | undefined;
  /** The same for all streams of a connection together. Default 16 MiB. */
  readonly connectionWindow?: number | undefined;
  /** Bytes that a stream queues before `write` returns false. Default 256 KiB. */
  readonly sendHighWaterMark?: number | undefined;
  /**
   * Datagrams are at most this large, in bytes without UDP and IP headers: from 1,200 to 16,383. Every connection starts with 1,200, which
   * every path carries (RFC 9000, section 14), and finds out by itself what its path carries up to this size (RFC 8899). Default
   * 16,383 to addresses of the machine itself, and 1,452 to others, which is what Ethernet carries. Networks with jumbo frames
   * carry 8,952; Node cannot forbid fragmentation, so where they do not, a datagram may arrive in fragments instead of being refused.
   */
  readonly maxDatagramSize?: number | undefined;
  /** Where to look up endpoints by id. Default: a fresh address book, which believes hearsay about loopback only if bound there. */
  readonly addressLookup?: AddressLookup | undefined;
  /** Where to report. Default: nowhere. */
  readonly logger?: Logger | undefined;
  /** Makes the UDP socket. Default: Node's. */
  readonly socket?: (() => UdpSocket) | undefined;
}

/** What a server shows to clients that know it by its certificate. */
export interface ServerCertificate {
  /** The secret key of the certificate, PKCS #8 PEM. */
  readonly keyPem: string;
  /** The certificate, DER. */
  readonly certificate: Uint8Array;
  /** What the key signs handshakes with (RFC 8446, section 4.2.3). Browsers take no Ed25519. */
  readonly signature: 'ed25519' | 'ecdsa_secp256r1_sha256';
}

/** How to bind a {@link CertificateEndpoint}. */
export interface CertificateEndpointOptions extends Omit<EndpointOptions, 'advertise'> {
  /** What to show as a server. Default: an Ed25519 certificate of `secretKey` for the name `localhost`. */
  readonly server?: ServerCertificate | undefined;
  /** Whether peers may send datagrams (RFC 9221), which HTTP/3 asks for. None is handed up. Default false. */
  readonly datagrams?: boolean | undefined;
}

/** See {@link Settings.trust}. */
export type Trust = 'identity' | 'certificate';

/** {@link EndpointOptions}, checked and complete. */
export interface Settings {
  /** What connections rest on: an endpoint id on either side, or the server's certificate alone. */
  readonly trust: Trust;
  readonly secretKey: SecretKey;
  /** What to show as a server, where that is not the key's own certificate. */
  readonly server: ServerCertificate | undefined;
  readonly datagrams: boolean;
  readonly address: SocketAddr;
  /** Port 0 is the socket's. */
  readonly advertise: readonly SocketAddr[];
  readonly alpns: readonly string[];
  readonly idleTimeoutMs: number;
  readonly keepAliveMs: number;
  readonly handshakeTimeoutMs: number;
  readonly maxHalfOpen: number;
  readonly maxHalfOpenPerSource: number;
  readonly maxFloodsPerSource: number;
  readonly retryThreshold: number;
  readonly maxUniStreams: number;
  readonly maxBiStreams: number;
  readonly streamWindow: number;
  readonly connectionWindow: number;
  readonly sendHighWaterMark: number;
  /** Undefined: it depends on where the peer is. See {@link maxDatagramSize}. */
  readonly maxDatagramSize: number | undefined;
  readonly addressLookup: AddressLookup | undefined;
  readonly logger: Logger;
  readonly socket: () => UdpSocket;
}

/** How far quiche may enlarge the windows by itself, as a multiple of where they start. */
export const WINDOW_GROWTH = 2;
const MAX_TIMER_MS = 2 ** 31 - 1;
/** quiche encodes packet lengths in two bytes. */
export const MAX_DATAGRAM = 16_383;
/** Ethernet's 1,500 bytes without the headers of IPv6 and UDP. */
const ETHERNET_DATAGRAM = 1_452;

/** As a dual-stack socket spells 127.0.0.0/8. */
const MAPPED_LOOPBACK = '::ffff:127.';

/** Numbers are checked where their defaults stand. */
const SHARED_CHECKS: Checks<Omit<EndpointOptions, 'advertise'>> = {
  secretKey: aSecretKey,
  address: (name, value) => {
    if (typeof value !== 'string') throw new TypeError(`${name} must be a string, e.g. 127.0.0.1:0`);
  },
  alpns: someAlpns,
  idleTimeoutMs: anything,
  keepAliveMs: anything,
  handshakeTimeoutMs: anything,
  maxHalfOpen: anything,
  maxHalfOpenPerSource: anything,
  maxFloodsPerSource: anything,
  retryThreshold: anything,
  maxUniStreams: anything,
  maxBiStreams: anything,
  streamWindow: anything,
  connectionWindow: anything,
  sendHighWaterMark: anything,
  maxDatagramSize: anything,
  addressLookup: anAddressLookup,
  logger: aLogger,
  socket: (name, value) => {
    if (typeof value !== 'function') throw new TypeError(`${name} must be a function that makes a UDP socket`);
  },
};

const CHECKS: Checks<EndpointOptions> = {
  ...SHARED_CHECKS,
  advertise: anArrayOf('addresses', (name, value) => {
    aString(name, value);
    parseAdvertised(name, value as string);
  }),
};

const CERTIFICATE_CHECKS: Checks<CertificateEndpointOptions> = {
  ...SHARED_CHECKS,
  server: (name, value) => {
    checkOptions(name, value as ServerCertificate, SERVER_CHECKS);
    for (const part of ['keyPem', 'certificate', 'signature'] as const) {
      SERVER_CHECKS[part](`${name}.${part}`, (value as ServerCertificate)[part]);
    }
  },
  datagrams: aBoolean,
};

const SERVER_CHECKS: Checks<ServerCertificate> = {
  keyPem: aString,
  certificate: someBytes,
  signature: oneOf('ed25519', 'ecdsa_secp256r1_sha256'),
};

/** Checks options and fills in defaults. @throws TypeError, RangeError that name the option; ParseError for the address */
export function resolveOptions(options: EndpointOptions & CertificateEndpointOptions, trust: Trust): Settings {
  if (trust === 'identity') checkOptions<EndpointOptions>('Endpoint.bind', options, CHECKS);
  else checkOptions('CertificateEndpoint.bind', options, CERTIFICATE_CHECKS);
  const {
    secretKey,
    address = '0.0.0.0:0',
    addressLookup,
    logger = silentLogger,
    socket = () => new DgramSocket(),
  } = options;
  const idleTimeoutMs = checkInteger('idleTimeoutMs', options.idleTimeoutMs, 30_000, 10, MAX_TIMER_MS);
  const keepAliveMs = Math.min(10_000, Math.floor(idleTimeoutMs / 3));
  return {
    trust,
    secretKey: secretKey ?? SecretKey.generate(),
    server: options.server,
    datagrams: options.datagrams ?? false,
    address: parseSocketAddr(address),
    advertise: (options.advertise ?? []).map((text) => parseAdvertised('advertise', text)),
    alpns: checkAlpns(options.alpns ?? []),
    idleTimeoutMs,
    keepAliveMs: checkInteger('keepAliveMs', options.keepAliveMs, keepAliveMs, 0, MAX_TIMER_MS),
    handshakeTimeoutMs: checkInteger('handshakeTimeoutMs', options.handshakeTimeoutMs, 10_000, 1, MAX_TIMER_MS),
    maxHalfOpen: checkInteger('maxHalfOpen', options.maxHalfOpen, 1024, 1, 1_000_000),
    maxHalfOpenPerSource: checkInteger('maxHalfOpenPerSource', options.maxHalfOpenPerSource, 256, 1, 1_000_000),
    maxFloodsPerSource: checkInteger('maxFloodsPerSource', options.maxFloodsPerSource, 8, 1, 1_000_000),
    retryThreshold: checkInteger('retryThreshold', options.retryThreshold, 128, 0, 1_000_000),
    maxUniStreams: checkInteger('maxUniStreams', options.maxUniStreams, 4096, 0, 1_000_000),
    maxBiStreams: checkInteger('maxBiStreams', options.maxBiStreams, 128, 0, 1_000_000),
    streamWindow: checkInteger('streamWindow', options.streamWindow, 1 << 20, 1024, 1 << 30),
    connectionWindow: checkInteger('connectionWindow', options.connectionWindow, 16 << 20, 1024, 1 << 30),
    sendHighWaterMark: checkInteger('sendHighWaterMark', options.sendHighWaterMark, 256 << 10, 1, 1 << 30),
    maxDatagramSize:
      options.maxDatagramSize === undefined
        ? undefined
        : checkInteger('maxDatagramSize', options.maxDatagramSize, MAX_DATAGRAM, BASE_SIZE, MAX_DATAGRAM),
    addressLookup,
    logger,
    socket,
  };
}

/** The largest datagram that may ever be sent to this address, in bytes. */
export function maxDatagramSize(settings: Settings, to: SocketAddr): number {
  return (
    settings.maxDatagramSize ??
    (isLoopback(to) || to.host.startsWith(MAPPED_LOOPBACK) ? MAX_DATAGRAM : ETHERNET_DATAGRAM)
  );
}
