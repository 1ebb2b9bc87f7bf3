import { ConnectError, type Connection, EndpointClosedError, type Incoming } from '@grapevine/net';
import type { NativeConnection, NativeIncoming } from './binding.js';
import { connectError } from './native-error.js';

/** What an incoming needs of its endpoint. */
export interface IncomingHost {
  readonly handshakeTimeoutMs: number;
  /** Makes a connection of a finished handshake. */
  admit(native: NativeConnection): Connection;
  /** It was decided or has timed out: forget it. */
  decided(incoming: IrohIncoming): void;
}

/** An incoming connection that was neither accepted nor refused yet. */
export class IrohIncoming implements Incoming {
  readonly remoteAddress: string;
  readonly #native: NativeIncoming;
  readonly #host: IncomingHost;
  readonly #timer: NodeJS.Timeout;
  #decision: Promise<Connection> | undefined;

  constructor(native: NativeIncoming, remoteAddress: string, host: IncomingHost) {
    this.#native = native;
    this.#host = host;
    this.remoteAddress = remoteAddress;
    this.#timer = setTimeout(
      () => this.fail(new ConnectError('timeout', 'it was neither accepted nor refused in time')),
      host.handshakeTimeoutMs,
    );
  }

  accept(): Promise<Connection> {
    if (!this.#decision) this.#decide(this.#accept());
    return this.#decision as Promise<Connection>;
  }

  refuse(): void {
    if (this.#decision) return;
    this.#decide(Promise.reject(new ConnectError('refused', 'we refused this connection')));
    this.#native.refuse().catch(() => {}); // it is gone already
  }

  /** Gives up on it without an answer to the client. iroh's endpoint can't close while an incoming connection is held. */
  fail(error: ConnectError | EndpointClosedError): void {
    if (this.#decision) return;
    this.#decide(Promise.reject(error));
    this.#native.ignore().catch(() => {}); // it is gone already
  }

  #decide(decision: Promise<Connection>): void {
    clearTimeout(this.#timer);
    decision.catch(() => {}); // reported to the caller of accept() alone
    this.#decision = decision;
    this.#host.decided(this);
  }

  async #accept(): Promise<Connection> {
    const handshake = this.#native.accept().then((accepting) => accepting.connect());
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<never>((_, reject) => {
      const error = new ConnectError('timeout', 'handshake failed: the peer stopped answering');
      timer = setTimeout(() => reject(error), this.#host.handshakeTimeoutMs);
    });
    try {
      return this.#host.admit(await Promise.race([handshake, timeout]));
    } catch (error) {
      handshake.then(discard, () => {});
      throw error instanceof ConnectError || error instanceof EndpointClosedError
        ? error
        : connectError('handshake', error);
    } finally {
      clearTimeout(timer);
    }
  }
}

/** Closes a connection that came too late for its caller. */
export function discard(native: NativeConnection): void {
  native.close(0n, []);
}
