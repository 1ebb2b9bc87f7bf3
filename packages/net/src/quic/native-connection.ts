import {
  type NativeError,
  quiche,
  type RawConnection,
  type RecvInfo,
  SHUTDOWN_READ,
  SHUTDOWN_WRITE,
} from './binding.js';

/**
 * The one place where the native connection is called.
 *
 * quiche reports through exceptions whose message is the name of its error, some with a number: `StreamStopped(7)`. Here they
 * become values, so that nothing that came from the network can throw anywhere else.
 *
 * @module
 */

/** `streamSend` took nothing: wait for acknowledgements or credit. */
export const BLOCKED = -1;
/** The stream is over: everything acknowledged, or stopped by the peer. See {@link NativeConnection.stoppedCode}. */
export const GONE = -2;
/** `streamRecv` has nothing now. */
export const NOTHING = -1;
/** The peer reset the stream. See {@link NativeConnection.resetCode}. */
export const RESET = -2;

const NO_BYTES = new Uint8Array();
/** More than any peer's stream window: see {@link NativeConnection.openStream}. */
const ABOVE_ANY_WINDOW = 2 ** 40;

/** What `stats` tells. */
export interface NativeStats {
  readonly rttMs: number;
  readonly sentBytes: number;
  readonly receivedBytes: number;
  readonly lostPackets: number;
}

/** A quiche connection that never throws. */
export class NativeConnection {
  readonly #raw: RawConnection;
  /** After {@link GONE}: the code with which the peer stopped the stream, undefined if it did not. */
  stoppedCode: number | undefined;
  /** After {@link RESET}: the code with which the peer reset the stream. */
  resetCode = 0;
  /** After `streamRecv`: whether that was the end. */
  finished = false;
  /** Bytes that streams carried so far: read and handed over, together. */
  streamBytes = 0;

  constructor(raw: RawConnection) {
    this.#raw = raw;
  }

  /** Takes in a datagram. @returns the name of quiche's error if it made the connection fail */
  recv(datagram: Uint8Array, info: RecvInfo): string | undefined {
    try {
      this.#raw.recv(datagram, info);
      return undefined;
    } catch (error) {
      return errorName(error);
    }
  }

  /** Writes the next datagram. @returns its length, 0 when there is none */
  send(buffer: Uint8Array): number {
    try {
      return this.#raw.send(buffer)?.[0] ?? 0;
    } catch {
      return 0; // the connection has failed; isClosed() or localError() will tell
    }
  }

  /**
   * Creates a stream of ours (or touches one of the peer's) so that only a stop makes it appear in {@link NativeConnection.stopped}.
   *
   * quiche lists streams as writable that have room for `send_lowat` bytes, and streams that the peer stopped. With a low-water
   * mark above any window the list holds the stopped ones alone; the empty write takes the stream off the list it is on now.
   *
   * @returns false when the peer allows no more streams
   */
  openStream(id: number): boolean {
    try {
      if (this.#raw.streamSend(id, NO_BYTES, false) === null) return true; // over already
      this.#raw.streamWritable(id, ABOVE_ANY_WINDOW);
      this.#raw.streamSend(id, NO_BYTES, false);
      return true;
    } catch (error) {
      return errorName(error) !== 'StreamLimit'; // stopped already: the next write, or the list of stopped streams, tells
    }
  }

  /** How many one-way streams the peer allows now. */
  uniStreamsLeft(): number {
    return this.#raw.peerStreamsLeftUni();
  }

  /** Hands over bytes. @returns how many were taken (`fin` counts only with all of them), {@link BLOCKED} or {@link GONE} */
  streamSend(id: number, bytes: Uint8Array, fin: boolean): number {
    this.stoppedCode = undefined;
    try {
      const taken = this.#raw.streamSend(id, bytes, fin);
      if (taken !== null) {
        this.streamBytes += taken;
        return taken;
      }
      this.#raw.streamCapacity(id); // throws if the stream is over, which streamSend does not tell from "blocked"
      return BLOCKED;
    } catch (error) {
      this.stoppedCode = codeIn(error, 'StreamStopped');
      return GONE;
    }
  }

  /** Reads into a buffer. @returns how many bytes, {@link NOTHING} or {@link RESET}; {@link NativeConnection.finished} is set */
  streamRecv(id: number, buffer: Uint8Array): number {
    this.finished = false;
    try {
      const got = this.#raw.streamRecv(id, buffer);
      if (got === null) return NOTHING;
      this.finished = got[1];
      this.streamBytes += got[0];
      return got[0];
    } catch (error) {
      const code = codeIn(error, 'StreamReset');
      if (code !== undefined) {
        this.resetCode = code;
        return RESET;
      }
      this.finished = true; // the stream is gone: nothing more can come
      return 0;
    }
  }

  /** Whether all of the receiving half was read, or the stream is over. For our uni streams: whether all was acknowledged. */
  streamFinished(id: number): boolean {
    return this.#raw.streamFinished(id);
  }

  /** Whether quiche keeps a stream of the peer whose end has not come. */
  streamHeld(id: number): boolean {
    return !this.#raw.streamFinished(id); // `streamFinished` is true for streams that quiche does not know
  }

  /** Whether quiche has forgotten a stream: over in both directions, all of it acknowledged. Throws inside, so ask seldom. */
  streamGone(id: number): boolean {
    return this.#raw.streamFinished(id) && !this.streamAlive(id);
  }

  /** Whether a stream can still be written to. If not, {@link NativeConnection.stoppedCode} tells whether the peer stopped it. */
  streamAlive(id: number): boolean {
    this.stoppedCode = undefined;
    try {
      this.#raw.streamCapacity(id);
      return true;
    } catch (error) {
      this.stoppedCode = codeIn(error, 'StreamStopped');
      return false;
    }
  }

  /** Whether a stream has something to read: bytes, an end, a reset. */
  streamReadable(id: number): boolean {
    return this.#raw.streamReadable(id);
  }

  /** Sends STOP_SENDING. */
  stopReading(id: number, code: number): void {
    this.#shutdown(id, SHUTDOWN_READ, code);
  }

  /** Sends RESET_STREAM. */
  resetWriting(id: number, code: number): void {
    this.#shutdown(id, SHUTDOWN_WRITE, code);
  }

  #shutdown(id: number, direction: number, code: number): void {
    try {
      this.#raw.streamShutdown(id, direction, code);
    } catch {
      // InvalidStreamState: the stream is over.
    }
  }

  /** Whether any stream has something to read. */
  isReadable(): boolean {
    return this.#raw.isReadable();
  }

  /** Streams that have something to read. Making such a list costs 20 µs, a hundred times another call: see StreamSet. */
  readable(): Iterable<number> {
    return this.#raw.readable();
  }

  /** Streams that the peer stopped since we last wrote to them. It costs as much as {@link NativeConnection.readable}. */
  stopped(): Iterable<number> {
    return this.#raw.writable();
  }

  /** Milliseconds until {@link NativeConnection.onTimeout} is due, or undefined. */
  timeout(): number | undefined {
    return this.#raw.timeout() ?? undefined;
  }

  onTimeout(): void {
    this.#raw.onTimeout();
  }

  /** Makes the next datagram one that the peer must answer (RFC 9000, section 10.1.2). */
  keepAlive(): void {
    try {
      this.#raw.sendAckEliciting();
    } catch {
      // No path is left: the connection is about to end.
    }
  }

  /** Begins to close. @param app whether the code is the application's or the transport's */
  close(app: boolean, code: number, reason: Uint8Array): void {
    try {
      this.#raw.close(app, code, reason);
    } catch {
      // Closed already.
    }
  }

  isEstablished(): boolean {
    return this.#raw.isEstablished();
  }

  isResumed(): boolean {
    return this.#raw.isResumed();
  }

  isDraining(): boolean {
    return this.#raw.isDraining();
  }

  isClosed(): boolean {
    return this.#raw.isClosed();
  }

  isTimedOut(): boolean {
    return this.#raw.isTimedOut();
  }

  peerError(): NativeError | undefined {
    return this.#raw.peerError() ?? undefined;
  }

  localError(): NativeError | undefined {
    return this.#raw.localError() ?? undefined;
  }

  applicationProtocol(): string {
    return Buffer.from(this.#raw.applicationProto()).toString();
  }

  /** The peer's own certificate, DER. */
  peerCertificate(): Uint8Array | undefined {
    return this.#raw.peerCertChain()?.[0];
  }

  /** What the peer calls itself: the connection id that our packets carry. */
  destinationId(): Uint8Array {
    return this.#raw.destinationId();
  }

  /** How many packets were declared lost. */
  lostPackets(): number {
    return this.#raw.stats().lost;
  }

  /** How many packets were taken in: each decrypted, none twice. */
  packetsReceived(): number {
    return this.#raw.stats().recv;
  }

  stats(): NativeStats {
    const { sentBytes, recvBytes, lost } = this.#raw.stats();
    const path = this.#raw.pathStats().find(({ active }) => active);
    return { rttMs: path?.rtt ?? 0, sentBytes, receivedBytes: recvBytes, lostPackets: lost };
  }
}

/** The native constructors. */
export const rawConnection = quiche.Connection;

function errorName(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.replace(/\(.*$/, '');
}

function codeIn(error: unknown, name: string): number | undefined {
  const match = /^(\w+)\((\d+)\)$/.exec(error instanceof Error ? error.message : '');
  return match?.[1] === name ? Number(match[2]) : undefined;
}
