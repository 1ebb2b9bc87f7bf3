import { ConnectError, parseSocketAddr, type SocketAddr } from '@grapevine/net';
import { CertificateEndpoint, type EndpointOptions } from '@grapevine/net/quic';
import { abortable } from '@grapevine/net/transport';
import type { WebAddr } from '../address/web-addr.js';
import { Http3Connection } from '../http3/http3-connection.js';
import { Http3Session } from '../http3/http3-session.js';
import { encodeRequest, readStatus } from '../http3/request.js';
import { StreamReader } from '../http3/stream-reader.js';
import type { WebSession } from '../session/web-session.js';
import type { SessionDialer } from '../web-endpoint.js';
import { quicOptionsOf } from './quic-options.js';

const ALPN = 'h3';

/** A WebTransport client on our own QUIC driver: does in Node what a browser does. */
export class QuicDialer implements AsyncDisposable {
  readonly #endpoint: CertificateEndpoint;

  private constructor(endpoint: CertificateEndpoint) {
    this.#endpoint = endpoint;
  }

  /** Binds a UDP socket to dial from. @throws as `Endpoint.bind` does */
  static async bind(options: EndpointOptions = {}): Promise<QuicDialer> {
    return new QuicDialer(await CertificateEndpoint.bind(quicOptionsOf(options)));
  }

  /** Opens sessions: the `dialer` of a `WebEndpoint`. */
  readonly dial: SessionDialer = (to, path, { signal }) => this.#dial(to, path, signal);

  close(): Promise<void> {
    return this.#endpoint.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #dial(to: WebAddr, path: string, signal: AbortSignal): Promise<WebSession> {
    const addr = socketAddrOf(to);
    let failure: unknown = new ConnectError('transport', `no certificate hash is known for ${to.authority}`);
    for (const hash of to.hashes) {
      try {
        const quic = await this.#endpoint.connect({ addr, certificateHash: hash }, ALPN, { signal });
        return await abortable(openSession(new Http3Connection(quic), to, path), signal).catch((error: unknown) => {
          quic.close(0);
          throw error;
        });
      } catch (error) {
        failure = error;
        if (!(error instanceof ConnectError && error.reason === 'identity-mismatch')) throw error;
      }
    }
    throw failure;
  }
}

async function openSession(http: Http3Connection, to: WebAddr, path: string): Promise<WebSession> {
  const { webTransport } = await http.peerSettings;
  if (!webTransport) throw new ConnectError('transport', `${to.authority} speaks HTTP/3 and no WebTransport`);
  const { id = 0, send, recv } = await http.quic.openBi();
  const request = { id, send, reader: new StreamReader(recv) };
  http.sessionId = id;
  send.write(encodeRequest({ path, authority: to.authority, origin: undefined }));
  const status = await readStatus(request);
  if (status !== 200) throw new ConnectError('refused', `${to.authority} answers with status ${status}`);
  return new Http3Session(http, request);
}

function socketAddrOf({ authority }: WebAddr): SocketAddr {
  try {
    return parseSocketAddr(authority);
  } catch (cause) {
    throw new ConnectError('no-address', `${authority} is no IP address with a port, and names are not looked up`, {
      cause,
    });
  }
}
