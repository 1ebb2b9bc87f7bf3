import { directAddrs, isLoopback, parseSocketAddr, type SocketAddr } from '@grapevine/net';
import type { CertificateConnection, EndpointOptions } from '@grapevine/net/quic';
import type { ResolvedClientOptions } from './client-options.js';
import { loadQuic } from './load-quic.js';

const KEEP_ALIVE_MS = 1_000;

interface Dialing {
  connect(alpn: string): Promise<CertificateConnection>;
  close(): Promise<void>;
}

/** Dials one server, from the endpoint that was given or one socket that is bound with the first dial. */
export class Dialer {
  readonly #options: ResolvedClientOptions;
  #bound: Promise<Dialing> | undefined;

  constructor(options: ResolvedClientOptions) {
    this.#options = options;
  }

  /** @throws ConnectError; BindError; ParseError for the server's address; UnsupportedPlatformError where QUIC does not run */
  async connect(alpn: string): Promise<CertificateConnection> {
    this.#bound ??= this.#bind();
    return await (await this.#bound).connect(alpn);
  }

  async close(): Promise<void> {
    await this.#options.endpoint?.close();
    const bound = await this.#bound?.catch(() => undefined);
    await bound?.close();
  }

  async #bind(): Promise<Dialing> {
    const { server, endpoint: given, secretKey, idleTimeoutMs, logger } = this.#options;
    if (given && 'id' in server) return { connect: (alpn) => given.connect(server, alpn), close: () => given.close() };
    const { CertificateEndpoint, Endpoint } = await loadQuic();
    const keepAliveMs = Math.min(KEEP_ALIVE_MS, Math.floor(idleTimeoutMs / 3));
    const options: EndpointOptions = { idleTimeoutMs, keepAliveMs, maxUniStreams: 0, maxBiStreams: 0, logger };
    if ('certificate' in server) {
      const pinned = { addr: parseSocketAddr(server.address), certificate: server.certificate };
      const endpoint = await CertificateEndpoint.bind({ ...options, address: localAddress([pinned.addr]) });
      return { connect: (alpn) => endpoint.connect(pinned, alpn), close: () => endpoint.close() };
    }
    const address = localAddress(directAddrs(server));
    const endpoint = await Endpoint.bind({ ...options, address, ...(secretKey && { secretKey }) });
    return { connect: (alpn) => endpoint.connect(server, alpn), close: () => endpoint.close() };
  }
}

/** The socket with the fewest addresses that reaches all of these. */
function localAddress(remotes: readonly SocketAddr[]): string {
  const hasV6 = remotes.some(({ host }) => host.includes(':'));
  const hasV4 = remotes.some(({ host }) => !host.includes(':'));
  if (remotes.length > 0 && remotes.every(isLoopback) && hasV4 !== hasV6) return hasV6 ? '[::1]:0' : '127.0.0.1:0';
  return hasV6 ? '[::]:0' : '0.0.0.0:0';
}
