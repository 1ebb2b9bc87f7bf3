import { aSignal, type Checks, checkOptions, someBytes } from '@grapevine/proto/check';
import type { SocketAddr } from '../address/socket-addr.js';
import type { EndpointCloseReason } from '../transport/close-reason.js';
import type { TransportLosses } from '../transport/losses.js';
import type { Connection, ConnectOptions, Incoming } from '../transport/seam.js';
import { checkAlpns } from '../util/check-alpns.js';
import { aSocketAddr } from '../util/checks.js';
import { BoundSocket } from './bound-socket.js';
import { certificateDer } from './certificate.js';
import { QuicConnection } from './connection.js';
import type { EndpointStats } from './core.js';
import { type CertificateEndpointOptions, resolveOptions, type ServerCertificate } from './options.js';
import { type Expectation, SERVER_NAME } from './peer-check.js';

/** A server that is known by its certificate, whoever signed it, and whatever names are in it. */
export type PinnedServer = {
  readonly addr: SocketAddr;
} & (
  | {
      /** The certificate that it must have, DER. */
      readonly certificate: Uint8Array;
    }
  | {
      /** The SHA-256 hash of its certificate's DER. */
      readonly certificateHash: Uint8Array;
    }
);

/** A connection whose ends have not told each other an endpoint id. */
export type CertificateConnection = Omit<Connection, 'remoteId'>;

/** Somebody who wants such a connection. See {@link Incoming}. */
export interface CertificateIncoming extends Omit<Incoming, 'accept'> {
  /** Finishes the handshake. @throws ConnectError */
  accept(): Promise<CertificateConnection>;
}

const CHECKS: Checks<ConnectOptions> = { signal: aSignal };

function checkServer(server: PinnedServer): void {
  const { addr, certificate, certificateHash } = Object(server) as Record<string, unknown>;
  aSocketAddr('server.addr', addr);
  if (certificateHash === undefined) someBytes('server.certificate', certificate);
  else someBytes('server.certificateHash', certificateHash);
}

/**
 * A QUIC endpoint as most programs know TLS: the server shows a certificate that its clients expect, clients prove nothing.
 *
 * For protocols with programs that have no endpoint id, such as irpc's. As a server it accepts everybody who reaches it, including an {@link
 * Endpoint} that dials it and expects its key's id. TLS 1.3 with Ed25519 here unless `server` says otherwise; a pinned server may have an ECDSA or
 * RSA key.
 *
 * @example
 * ```ts
 * await using server = await CertificateEndpoint.bind({ address: '127.0.0.1:0', alpns: ['echo/1'] });
 * await using client = await CertificateEndpoint.bind({ address: '127.0.0.1:0' });
 * const connection = await client.connect({ addr: server.addr, certificate: server.certificate }, 'echo/1');
 * ```
 */
export class CertificateEndpoint implements AsyncDisposable {
  #certificate: Uint8Array;
  readonly #bound: BoundSocket;

  private constructor(bound: BoundSocket) {
    this.#bound = bound;
    const { server, secretKey } = bound.settings;
    this.#certificate = server?.certificate ?? certificateDer(secretKey, { dnsName: SERVER_NAME });
  }

  /** Binds a UDP socket. @throws as `Endpoint.bind` does */
  static async bind(options: CertificateEndpointOptions = {}): Promise<CertificateEndpoint> {
    return new CertificateEndpoint(await BoundSocket.bind(resolveOptions(options, 'certificate')));
  }

  /**
   * The certificate that this endpoint shows as a server, DER. Where `server` was not given: X.509 v3, self-signed with its Ed25519 key,
   * no CA, for the name `localhost`; the same key always has the same certificate.
   */
  get certificate(): Uint8Array {
    return this.#certificate;
  }

  /** Shows another certificate to clients that connect from now on. Connections stay. */
  showCertificate(server: ServerCertificate): void {
    someBytes('server.certificate', server?.certificate);
    this.#certificate = server.certificate;
    this.#bound.showCertificate(server);
  }

  /** Where it is bound. */
  get addr(): SocketAddr {
    return this.#bound.addr;
  }

  /** The protocols that this endpoint answers to. */
  setAlpns(alpns: readonly string[]): void {
    this.#bound.setAlpns(alpns);
  }

  /**
   * Dials a server and waits until it has proven the key of its certificate. The server is told the name `localhost`.
   *
   * @throws ConnectError with reason `identity-mismatch` when the certificate is another one; the signal's reason; EndpointClosedError
   */
  async connect(server: PinnedServer, alpn: string, options: ConnectOptions = {}): Promise<CertificateConnection> {
    checkOptions('connect', options, CHECKS);
    checkServer(server);
    const [checkedAlpn] = checkAlpns([alpn]) as [string];
    const { addr } = server;
    const expected: Expectation =
      'certificate' in server
        ? { type: 'certificate', certificate: server.certificate }
        : { type: 'certificate-hash', sha256: server.certificateHash };
    const find = async () => ({ expected, alpn: checkedAlpn, addrs: [addr] });
    const driver = await this.#bound.dial(find, options.signal);
    return new QuicConnection(driver, await driver.handshake.promise);
  }

  /** Incoming connections before their handshake is finished. One consumer; it ends when the endpoint closes. */
  accept(): AsyncIterable<CertificateIncoming> {
    return this.#bound.acceptor.queue;
  }

  /** Closes every connection (code 0) and frees the socket. Safe to call again. */
  close(): Promise<void> {
    return this.#bound.close();
  }

  /** Settles when the endpoint is over: closed by us, or its socket died. Never rejects. */
  get closed(): Promise<EndpointCloseReason> {
    return this.#bound.closed.promise;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Plain numbers about the socket and what is on it. */
  stats(): EndpointStats {
    return this.#bound.stats();
  }

  /** What of it is a loss, by reason. */
  losses(): TransportLosses {
    return this.#bound.losses();
  }
}
