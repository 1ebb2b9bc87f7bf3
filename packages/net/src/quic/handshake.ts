import { ConnectError } from '../errors.js';
import type { DriverOptions, PeerIdentity } from './driver-host.js';
import { Flight } from './flight.js';
import type { NativeConnection } from './native-connection.js';
import { identify, type PeerMismatch } from './peer-check.js';
import type { PeerPath } from './peer-path.js';

/** How far a handshake is. */
export type HandshakeProgress =
  | { readonly type: 'going' }
  | { readonly type: 'done'; readonly identity: PeerIdentity }
  | { readonly type: 'mismatch'; readonly mismatch: PeerMismatch };

const GOING: HandshakeProgress = { type: 'going' };

/**
 * The beginning of a connection: until TLS is done, the peer has proven its identity, and it has accepted ours.
 *
 * A server has seen the client's certificate when TLS is done. A client does not know then whether the server accepts its own: it waits for the first
 * 1-RTT packet, which only a satisfied server sends.
 */
export class Handshake {
  readonly #options: DriverOptions;
  readonly #remote: PeerPath;
  readonly #timeoutMs: number;
  readonly #flight: Flight;
  readonly #startedAt: number;
  /** Known when TLS is done. */
  #identity: PeerIdentity | undefined;
  /** Whether a 1-RTT packet came after TLS was done. */
  #isConfirmed = false;

  /** @param repeat sends a datagram to the peer again */
  constructor(
    options: DriverOptions,
    remote: PeerPath,
    limits: { readonly timeoutMs: number; readonly now: number },
    repeat: (datagram: Uint8Array) => void,
  ) {
    this.#options = options;
    this.#remote = remote;
    this.#timeoutMs = limits.timeoutMs;
    this.#startedAt = limits.now;
    this.#flight = new Flight(options.side, repeat);
  }

  /** A datagram came. */
  received(isLong: boolean): void {
    if (this.#identity && !isLong) this.#isConfirmed = true;
  }

  /** After quiche has read what came. */
  progress(native: NativeConnection): HandshakeProgress {
    if (!this.#identity) {
      if (!native.isEstablished()) return GOING;
      this.#remote.prove(); // only somebody who has received our part of TLS can finish it
      const found = identify(native, this.#options, `${this.#remote.host}:${this.#remote.port}`);
      if (!found.ok) return { type: 'mismatch', mismatch: found };
      this.#identity = found.identity;
      if (this.#options.side === 'dialed') return GOING;
    } else if (!this.#isConfirmed) return GOING;
    return { type: 'done', identity: this.#identity };
  }

  /** After these datagrams were sent, or none. @param hasReceived whether something came before */
  sent(datagrams: readonly Uint8Array[], hasReceived: boolean, now: number): void {
    const isNew = datagrams.length > 0 && this.#flight.sent(datagrams, now, this.#identity !== undefined);
    if (!isNew && hasReceived) this.#flight.afterRepetition(now);
  }

  /** When {@link Handshake.timedOut} or {@link Handshake.afterTimer} has something to do. */
  get dueAt(): number {
    return Math.min(this.#startedAt + this.#timeoutMs, this.#flight.repeatAt);
  }

  /** The error to end with if it has lasted for too long. @param elsewhere where an answer came from instead, if one did */
  timedOut(now: number, elsewhere: string | undefined): ConnectError | undefined {
    if (now < this.#startedAt + this.#timeoutMs) return undefined;
    const { host, port } = this.#remote;
    const why = elsewhere
      ? `the answer came from ${elsewhere} instead: the peer has several addresses and is not bound to the one that was dialed`
      : 'nobody is there, or the path carries no datagrams of 1,200 bytes';
    return new ConnectError('timeout', `no answer from ${host}:${port} within ${this.#timeoutMs} ms: ${why}`);
  }

  /**
   * Repeats what may be lost.
   *
   * Repetitions are for lossy paths; on a busy machine they only add to the load: two hundred nodes in one process that repeated as soon as an answer
   * was late never came to rest.
   */
  afterTimer(now: number, isBusy: boolean): void {
    if (isBusy) this.#flight.putOff(now);
    else this.#flight.afterSilence(now);
  }

  end(): void {
    this.#flight.end();
  }
}
