import { isBytes } from '@grapevine/proto/check';
import { StreamStateError } from '../errors.js';
import type { SendStream } from '../transport/seam.js';
import { checkCode } from '../util/close-code.js';
import { deferred } from '../util/deferred.js';
import { BLOCKED, GONE, type NativeConnection } from './native-connection.js';

/** What a sending half needs of its connection. */
export interface SendStreamHost {
  /** The largest application error code. */
  readonly maxCode: number;
  /** There is something to hand over: pump in this tick. */
  wantPump(stream: QuicSendStream): void;
  /** The half is over: forget it. */
  sendOver(stream: QuicSendStream): void;
}

/** Bit of a stream id (RFC 9000, section 2.1). */
export const ONE_WAY = 2;

const NO_BYTES = new Uint8Array();
/** Chunks below this many bytes are joined: one call into quiche costs more than copying a few kilobytes. */
const SMALL_CHUNK = 4096;
/** Shared by all streams; used only inside a call. */
const scratch = Buffer.allocUnsafeSlow(16_384);

/** How far a {@link QuicSendStream} has come. */
type Phase =
  | 'open'
  | 'finishing' // finish() was called; the end is still queued
  | 'finished' // quiche has everything; not all is acknowledged
  | 'resetting' // reset() was called; quiche does not know yet
  | 'over';

/** The sending half of a QUIC stream (RFC 9000, section 3.1). */
export class QuicSendStream implements SendStream {
  readonly #host: SendStreamHost;
  readonly #highWaterMark: number;
  readonly #stopped = deferred<number | undefined>();
  #drained: ReturnType<typeof deferred<void>> | undefined;
  #chunks: Uint8Array[] = [];
  #head = 0;
  #queuedBytes = 0;
  #phase: Phase = 'open';
  #endedBy: 'finish' | 'reset' | undefined;
  #resetCode = 0;
  /** Whether the connection has it on its list of streams to pump. */
  isListed = false;

  constructor(
    readonly id: number,
    host: SendStreamHost,
    highWaterMark: number,
  ) {
    this.#host = host;
    this.#highWaterMark = highWaterMark;
  }

  get isOneWay(): boolean {
    return (this.id & ONE_WAY) !== 0;
  }

  get stopped(): Promise<number | undefined> {
    return this.#stopped.promise;
  }

  get drained(): Promise<void> {
    if (this.#queuedBytes <= this.#highWaterMark) return Promise.resolve();
    this.#drained ??= deferred();
    return this.#drained.promise;
  }

  /** Bytes that quiche has not taken yet. */
  get queuedBytes(): number {
    return this.#queuedBytes;
  }

  /** Whether everything was handed over, the end too, and only acknowledgements are missing. */
  get isFinished(): boolean {
    return this.#phase === 'finished';
  }

  write(bytes: Uint8Array): boolean {
    if (!isBytes(bytes)) throw new TypeError('a stream takes a Uint8Array');
    if (this.#endedBy) throw new StreamStateError(`write after ${this.#endedBy}`);
    if (this.#phase === 'over' || bytes.length === 0) return this.#queuedBytes <= this.#highWaterMark;
    this.#chunks.push(bytes);
    this.#queuedBytes += bytes.length;
    this.#host.wantPump(this);
    return this.#queuedBytes <= this.#highWaterMark;
  }

  finish(): void {
    if (this.#endedBy) return;
    this.#endedBy = 'finish';
    if (this.#phase !== 'open') return;
    this.#phase = 'finishing';
    this.#host.wantPump(this);
  }

  reset(code: number): void {
    checkCode(code, this.#host.maxCode);
    if (this.#phase === 'over' || this.#endedBy === 'reset') return;
    this.#endedBy = 'reset';
    this.#resetCode = code;
    this.#phase = 'resetting';
    this.#dropQueue();
    this.#stopped.resolve(undefined);
    this.#host.wantPump(this);
  }

  /** Hands over what quiche takes. @returns false when it takes no more now */
  pump(native: NativeConnection): boolean {
    switch (this.#phase) {
      case 'open':
      case 'finishing':
        return this.#pumpBytes(native);
      case 'resetting':
        native.resetWriting(this.id, this.#resetCode);
        this.end(undefined);
        return true;
      case 'finished':
      case 'over':
        return true;
    }
  }

  /** Finds out whether the peer has stopped the stream. */
  checkStopped(native: NativeConnection): void {
    if (this.#phase === 'over' || this.#phase === 'resetting' || native.streamAlive(this.id)) return;
    if (native.stoppedCode !== undefined || this.#phase !== 'finished') this.#endStopped(native);
  }

  /** The peer stopped the stream. quiche forgets it, and the code, as soon as the rest of it is acknowledged: 0 stands for a lost code. */
  #endStopped(native: NativeConnection): void {
    this.end(native.stoppedCode ?? 0);
  }

  /** The half is over, for whatever reason. */
  end(stoppedCode: number | undefined): void {
    if (this.#phase === 'over') return;
    this.#phase = 'over';
    this.#dropQueue();
    this.#stopped.resolve(stoppedCode);
    this.#host.sendOver(this);
  }

  #pumpBytes(native: NativeConnection): boolean {
    while (this.#queuedBytes > 0) {
      const { bytes, last } = this.#next();
      const fin = last && this.#phase === 'finishing';
      const taken = native.streamSend(this.id, bytes, fin);
      if (taken === GONE) {
        this.#endStopped(native);
        return true;
      }
      if (taken === BLOCKED) return false;
      this.#consume(taken);
      if (taken < bytes.length) return false;
      if (fin) this.#phase = 'finished';
    }
    if (this.#phase === 'finishing') {
      if (native.streamSend(this.id, NO_BYTES, true) === GONE) this.#endStopped(native);
      else this.#phase = 'finished';
    }
    return true;
  }

  /** The next bytes to hand over, small chunks put together, and whether they are all there are. */
  #next(): { readonly bytes: Uint8Array; readonly last: boolean } {
    const first = this.#chunks[this.#head] as Uint8Array;
    if (first.length >= SMALL_CHUNK || this.#head + 1 === this.#chunks.length) {
      return { bytes: first, last: first.length === this.#queuedBytes };
    }
    let length = 0;
    for (let i = this.#head; i < this.#chunks.length; i++) {
      const chunk = this.#chunks[i] as Uint8Array;
      if (length + chunk.length > scratch.length) break;
      scratch.set(chunk, length);
      length += chunk.length;
    }
    return { bytes: scratch.subarray(0, length), last: length === this.#queuedBytes };
  }

  #consume(taken: number): void {
    this.#queuedBytes -= taken;
    let rest = taken;
    while (rest > 0) {
      const chunk = this.#chunks[this.#head] as Uint8Array;
      if (rest < chunk.length) {
        this.#chunks[this.#head] = chunk.subarray(rest);
        break;
      }
      rest -= chunk.length;
      this.#chunks[this.#head++] = NO_BYTES; // let go of it
    }
    if (this.#head === this.#chunks.length) {
      this.#chunks.length = 0;
      this.#head = 0;
    } else if (this.#head >= 1024) {
      this.#chunks = this.#chunks.slice(this.#head);
      this.#head = 0;
    }
    if (this.#queuedBytes <= this.#highWaterMark) this.#settleDrained();
  }

  #dropQueue(): void {
    this.#chunks = [];
    this.#head = 0;
    this.#queuedBytes = 0;
    this.#settleDrained();
  }

  #settleDrained(): void {
    this.#drained?.resolve();
    this.#drained = undefined;
  }
}
