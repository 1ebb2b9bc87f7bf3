import type { EndpointAddr } from '../address/endpoint-addr.js';
import type { SecretKey } from '../identity/secret-key.js';
import type { Endpoint } from '../transport/seam.js';

/** The test runner's functions; vitest's, node:test's and mocha's all fit. */
export interface TestRunner {
  describe(name: string, body: () => void): void;
  test(name: string, body: () => Promise<void>): void;
  /** Registers a test that does not run and shows why. */
  skip(name: string, reason: string): void;
}

/** How the suite asks for an endpoint. */
export interface EndpointRequest {
  readonly secretKey?: SecretKey;
  readonly alpns?: readonly string[];
  readonly idleTimeoutMs?: number;
  readonly handshakeTimeoutMs?: number;
  /** How many one-way streams a peer may have open to it at once. A transport whose limit can only be raised knows no less than 100. */
  readonly maxUniStreams?: number;
}

/** What a transport brings so that the suite can try it. */
export interface TransportUnderTest {
  readonly name: string;
  /** A new endpoint; all of one test can reach each other by `addr()`. */
  create(request: EndpointRequest): Promise<Endpoint>;
  /** An address where nobody answers, for this id. */
  deadAddr(id: EndpointAddr['id']): Promise<EndpointAddr>;
  /** Dials from an endpoint that can fall silent. It may live in another process: a transport may know no other way to silence one. */
  mortalDialer(request: EndpointRequest, to: EndpointAddr, alpn: string): Promise<MortalDialer>;
  /** The shortest idle time-out that the transport takes, in milliseconds. Default 500. */
  readonly shortestIdleTimeoutMs?: number;
  /** An endpoint whose socket can die. A transport whose sockets can't names the reason instead. */
  readonly dyingEndpoint: ((request: EndpointRequest) => Promise<DyingEndpoint>) | { readonly skip: string };
  /** Attacks below the seam. A transport without such a layer names the reason instead. */
  readonly hostile: HostileDialers | { readonly skip: string };
  /** Whether its connections have `refuseHost`. Default: they don't. */
  readonly refusesHosts?: boolean;
  /** An endpoint on the IPv6 loopback, or why there is none. */
  readonly ipv6: { create(request: EndpointRequest): Promise<Endpoint> } | { readonly skip: string };
  /** Tests that this transport can't pass, by name, each with the reason. */
  readonly skip?: Readonly<Record<string, string>>;
}

/** Somebody who is connected, and on whom the suite can pull the plug. */
export interface MortalDialer {
  /** Falls silent, as if its machine had lost power. */
  vanish(): Promise<void>;
  /** Frees what is left of it; called at the end of the test. */
  close(): Promise<void>;
}

/** An endpoint, and a way to kill its socket. */
export interface DyingEndpoint {
  readonly endpoint: Endpoint;
  /** The operating system reports this of the socket, which receives nothing any more. */
  die(error: Error): void;
}

/** Clients that break the rules of the handshake. Each resolves when its attempt is over, and never rejects. */
export interface HostileDialers {
  /** Presents no certificate. */
  withoutCertificate(to: EndpointAddr, alpn: string): Promise<void>;
  /** Presents a certificate for an RSA key. */
  withRsaCertificate(to: EndpointAddr, alpn: string): Promise<void>;
  /** Sends datagrams that are no QUIC at all, and broken ones. */
  garbage(to: EndpointAddr, seed: number): Promise<void>;
}
