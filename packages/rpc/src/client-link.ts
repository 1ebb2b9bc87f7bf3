import { type BiStream, type CloseReason, ConnectError, ConnectionClosedError, StreamLimitError } from '@grapevine/net';
import type { CertificateConnection } from '@grapevine/net/quic';
import type { Dialer } from './dialer.js';
import { clientClosed, RpcRefusedError } from './errors.js';
import { CloseCode } from './protocol.js';

/** A connection with the number of items that were written on it. */
export interface CountedConnection {
  readonly connection: CertificateConnection;
  items: number;
}

/** A stream, and the connection that it is on. */
export interface LinkedStream extends BiStream {
  readonly on: CountedConnection;
}

/** The connection of a client under one protocol name: dialed when it is needed, and again when it was lost. */
export class ClientLink {
  readonly #dialer: Dialer;
  readonly #alpn: string;
  #current: Promise<CountedConnection> | undefined;
  #closed = false;

  constructor(dialer: Dialer, alpn: string) {
    this.#dialer = dialer;
    this.#alpn = alpn;
  }

  /**
   * Opens a stream. When that fails, dials once more, as Rust's client does. @throws ConnectError, StreamLimitError, GossipClosedError,
   * RpcRefusedError
   */
  async openBi(): Promise<LinkedStream> {
    const first = await this.connection();
    try {
      return { on: first, ...(await first.connection.openBi()) };
    } catch (error) {
      if (error instanceof StreamLimitError) throw error; // the connection is up, but has no stream left
      this.#current = undefined;
    }
    const second = await this.connection();
    try {
      return { on: second, ...(await second.connection.openBi()) };
    } catch (error) {
      throw error instanceof ConnectionClosedError ? await refusedBy(second, error) : error;
    }
  }

  /** The connection, dialed if need be. @throws ConnectError, GossipClosedError */
  async connection(): Promise<CountedConnection> {
    if (this.#closed) throw clientClosed();
    this.#current ??= this.#dial();
    return await this.#current;
  }

  /** The current connection, if there is one. */
  async current(): Promise<CountedConnection | undefined> {
    return await this.#current?.catch(() => undefined);
  }

  /** From now on nothing is dialed. */
  close(): void {
    this.#closed = true;
    this.#current = undefined;
  }

  #dial(): Promise<CountedConnection> {
    const dialing = this.#dialer.connect(this.#alpn).then(
      (connection) => ({ connection, items: 0 }),
      (error) => {
        throw (error instanceof ConnectError && refusalOf(error.closed)) || error;
      },
    );
    const forget = () => {
      if (this.#current === dialing) this.#current = undefined;
    };
    dialing.then(({ connection }) => connection.closed.then(forget), forget);
    return dialing;
  }
}

/** Why the connection ended on which a stream has failed: see {@link refusalOf}. */
export async function refusedBy({ connection }: CountedConnection, error: ConnectionClosedError): Promise<Error> {
  return refusalOf(await connection.closed) ?? error;
}

/** Servers close a connection for reasons that dialing again does not change. */
function refusalOf(closed: CloseReason | undefined): RpcRefusedError | undefined {
  if (closed?.type !== 'peer') return undefined;
  switch (closed.code) {
    case CloseCode.notAllowed:
      return new RpcRefusedError('forbidden', `the server admits only the clients on its list: ${closed.reason}`);
    case CloseCode.tooMany:
      return new RpcRefusedError('failed', `the server is busy: ${closed.reason}`);
    default:
      return undefined;
  }
}

/**
 * Asks again when the connection was lost meanwhile: most likely the server had been restarted, and the client did not know yet
 * when it opened the stream. Only for requests that may be sent twice.
 */
export async function retryOnce<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof ConnectionClosedError)) throw error;
    return await ask();
  }
}
