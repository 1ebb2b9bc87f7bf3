import { type SendStream, StreamStateError } from '@grapevine/net';
import { checkCode, deferred, isBytes } from '@grapevine/net/transport';
import type { NativeSendStream } from './binding.js';
import { ByteQueue } from './bytes.js';
import { streamFailure } from './native-error.js';

/** Bytes that a stream queues before `write` returns false. */
const HIGH_WATER_MARK = 256 * 1024;

/** What a sending half needs of its connection. */
export interface SendStreamHost {
  /** The program waits for a stop of this stream by the peer: probe now and then. */
  watch(stream: IrohSendStream): void;
  /** Bytes were handed over, which the peer will acknowledge. */
  wrote(): void;
  /** The half is over: forget it. */
  sendOver(stream: IrohSendStream): void;
}

/** How far a stream has come. */
type Phase =
  | 'open'
  | 'finishing' // finish() was called; the end is still queued
  | 'finished' // the binding has everything; not all is acknowledged
  | 'resetting' // reset() was called; the binding does not know yet
  | 'over';

/**
 * The sending half of an iroh stream.
 *
 * The binding locks the stream during every call, and a call can't be taken back. So at most one call is under way, and
 * everything else waits here: all that is written in one turn of the event loop, or during a call, goes out in the next one.
 */
export class IrohSendStream implements SendStream {
  readonly #native: NativeSendStream;
  readonly #host: SendStreamHost;
  readonly #queue = new ByteQueue();
  readonly #stopped = deferred<number | undefined>();
  #drained: ReturnType<typeof deferred<void>> | undefined;
  #phase: Phase = 'open';
  #endedBy: 'finish' | 'reset' | undefined;
  #resetCode = 0;
  /** Bytes in the call that is under way. */
  #inFlight = 0;
  #isBusy = false;
  #wantsProbe = false;
  #isWatched = false;

  constructor(native: NativeSendStream, host: SendStreamHost) {
    this.#native = native;
    this.#host = host;
  }

  get stopped(): Promise<number | undefined> {
    if (!this.#isWatched && this.#phase === 'open') {
      this.#isWatched = true;
      this.#host.watch(this);
    }
    return this.#stopped.promise;
  }

  get drained(): Promise<void> {
    if (this.queuedBytes <= HIGH_WATER_MARK) return Promise.resolve();
    this.#drained ??= deferred();
    return this.#drained.promise;
  }

  /** Bytes that the binding has not taken yet. */
  get queuedBytes(): number {
    return this.#queue.length + this.#inFlight;
  }

  write(bytes: Uint8Array): boolean {
    if (!isBytes(bytes)) throw new TypeError('a stream takes a Uint8Array');
    if (this.#endedBy) throw new StreamStateError(`write after ${this.#endedBy}`);
    if (this.#phase === 'over') return true;
    this.#queue.push(bytes);
    this.#schedule();
    return this.queuedBytes <= HIGH_WATER_MARK;
  }

  finish(): void {
    if (this.#endedBy) return;
    this.#endedBy = 'finish';
    if (this.#phase !== 'open') return;
    this.#phase = 'finishing';
    this.#schedule();
  }

  reset(code: number): void {
    checkCode(code);
    if (this.#phase === 'over' || this.#endedBy === 'reset') return;
    this.#endedBy = 'reset';
    this.#resetCode = code;
    this.#phase = 'resetting';
    this.#queue.clear();
    this.#settleDrained();
    this.#stopped.resolve(undefined);
    this.#schedule();
  }

  /**
   * Asks the binding whether the peer stopped the stream, by writing nothing: its own way of waiting for that would lock the
   * stream until it is over.
   */
  probe(): void {
    if (this.#isBusy || this.#phase !== 'open') return; // a write under way tells, too
    this.#wantsProbe = true;
    this.#schedule();
  }

  /** The half is over, for whatever reason. */
  end(stoppedCode: number | undefined): void {
    if (this.#phase === 'over') return;
    this.#phase = 'over';
    this.#queue.clear();
    this.#inFlight = 0;
    this.#settleDrained();
    this.#stopped.resolve(stoppedCode);
    this.#host.sendOver(this);
  }

  #schedule(): void {
    if (this.#isBusy) return;
    this.#isBusy = true;
    setImmediate(() => void this.#pump());
  }

  /** Does what there is to do, one call after the other. Never rejects. */
  async #pump(): Promise<void> {
    try {
      for (let call = this.#nextCall(); call; call = this.#nextCall()) {
        await call;
        this.#inFlight = 0;
        if (this.queuedBytes <= HIGH_WATER_MARK) this.#settleDrained();
      }
    } catch (error) {
      const failure = streamFailure(error);
      this.end(failure.type === 'stopped' ? failure.code : undefined);
    }
    this.#isBusy = false;
  }

  #nextCall(): Promise<unknown> | undefined {
    switch (this.#phase) {
      case 'open':
      case 'finishing':
        if (this.#queue.length > 0 || this.#wantsProbe) return this.#write();
        return this.#phase === 'open' ? undefined : this.#finish();
      case 'resetting':
        return this.#native.reset(BigInt(this.#resetCode)).then(() => this.end(undefined));
      case 'finished':
      case 'over':
        return undefined;
    }
  }

  #write(): Promise<unknown> {
    this.#wantsProbe = false;
    if (this.#queue.length === 0) return this.#native.write([]);
    const batch = this.#queue.takeBatch();
    this.#inFlight = batch.length;
    this.#host.wrote();
    return this.#native.writeAll(batch);
  }

  async #finish(): Promise<void> {
    await this.#native.finish();
    if (this.#phase !== 'finishing') return; // reset meanwhile
    this.#phase = 'finished';
    const code = await this.#native.stopped(); // at the latest when all is acknowledged
    this.end(code ?? undefined);
  }

  #settleDrained(): void {
    this.#drained?.resolve();
    this.#drained = undefined;
  }
}
