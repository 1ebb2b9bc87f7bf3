import { randomBytes } from 'node:crypto';
import { ConnectError, type Connection, type Incoming, type SecretKey } from '@grapevine/net';
import type { Http3Session } from '../http3/http3-session.js';
import { proveListener, type Refusal, refuseDialer } from '../identity/listener.js';
import { type Proven, WebConnection } from '../session/web-connection.js';
import type { Certificates } from './certificates.js';

/** Bounds of a peer whose identity is proven: flow control and the protocol bound it already. */
const PROVEN = { bytes: Number.POSITIVE_INFINITY, streams: Number.POSITIVE_INFINITY } as const;

/** The listener's side of a connection. */
class AcceptedConnection extends WebConnection {
  readonly #session: Http3Session;

  constructor(session: Http3Session, proven: Proven) {
    super(session, proven);
    this.#session = session;
  }

  refuseHost(forMs: number): void {
    this.#session.refuseHost(forMs);
  }
}

/** What all incoming sessions of a listener have in common. */
export interface IncomingHost {
  readonly secretKey: SecretKey;
  readonly certificates: Certificates;
}

/** A session that a dialer asks for; who it is has not been proven. */
export class WebIncoming implements Incoming {
  readonly remoteAddress: string;
  readonly alpn: string;
  readonly #host: IncomingHost;
  readonly #session: Http3Session;
  readonly #onDecision: () => void;
  readonly #onProven: () => void;
  readonly #timer: NodeJS.Timeout;
  #decision: Promise<Connection> | undefined;

  constructor(
    host: IncomingHost,
    session: Http3Session,
    asked: { readonly alpn: string; readonly remoteAddress: string },
    timeoutMs: number,
    on: { readonly onDecision: () => void; readonly onProven: () => void },
  ) {
    this.#host = host;
    this.#session = session;
    this.alpn = asked.alpn;
    this.remoteAddress = asked.remoteAddress;
    this.#onDecision = on.onDecision;
    this.#onProven = on.onProven;
    this.#timer = setTimeout(() => this.#session.close(0, 'the handshake took too long'), timeoutMs);
    this.#timer.unref();
    void session.closed.then(() => {
      clearTimeout(this.#timer);
      this.#onDecision();
    });
  }

  accept(): Promise<Connection> {
    this.#decision ??= this.#accept();
    return this.#decision;
  }

  refuse(): void {
    this.refuseWith('refused');
  }

  /** Tells the dialer why it gets no connection. */
  refuseWith(refusal: Refusal): void {
    if (this.#decision) return;
    this.#decision = Promise.reject(new ConnectError('refused', 'we refused this connection'));
    this.#decision.catch(() => {}); // reported to a later caller of accept() alone
    this.#onDecision();
    refuseDialer(this.#session, refusal).catch(() => {}); // the dialer has gone
  }

  async #accept(): Promise<Connection> {
    const { secretKey, certificates } = this.#host;
    const { hashes, notAfter, signature } = certificates.vouched;
    const nonce = new Uint8Array(randomBytes(32));
    const hello = { type: 'hello', id: secretKey.id, nonce, hashes: [...hashes], notAfter, signature } as const;
    try {
      const remoteId = await proveListener(this.#session, hello, this.alpn);
      clearTimeout(this.#timer);
      this.#session.limitPending(PROVEN);
      this.#onProven();
      return new AcceptedConnection(this.#session, { remoteId, alpn: this.alpn, side: 'accepted' });
    } catch (cause) {
      this.#session.close(0);
      if (cause instanceof ConnectError) throw cause;
      throw new ConnectError('transport', `handshake failed: ${(cause as Error).message}`, { cause });
    } finally {
      this.#onDecision();
    }
  }
}
