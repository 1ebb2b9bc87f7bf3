import { ConnectionClosedError, StreamResetError, StreamStateError } from '../errors.js';
import type { RecvStream, SendStream } from '../transport/seam.js';
import { type Deferred, deferred } from '../util/deferred.js';
import { HIGH_WATER_MARK, type Packet, STREAM_WINDOW, type StreamNumber } from './packet.js';

type Transmit = (packet: Packet) => void;

/** The sending half: queues what the receiver's window does not take yet. */
export class MemorySendStream implements SendStream {
  readonly #number: StreamNumber;
  readonly #transmit: Transmit;
  readonly #onDone: () => void;
  readonly #stopped = deferred<number | undefined>();
  #queue: Uint8Array[] = [];
  #queuedBytes = 0;
  #credit = STREAM_WINDOW;
  #state: 'open' | 'finishing' | 'finished' | 'reset' | 'stopped' | 'closed' = 'open';
  #drained: Deferred<void> | undefined;

  constructor(number: StreamNumber, transmit: Transmit, onDone: () => void) {
    this.#number = number;
    this.#transmit = transmit;
    this.#onDone = onDone;
  }

  get queuedBytes(): number {
    return this.#queuedBytes;
  }

  get stopped(): Promise<number | undefined> {
    return this.#stopped.promise;
  }

  get drained(): Promise<void> {
    if (this.#queuedBytes < HIGH_WATER_MARK) return Promise.resolve();
    this.#drained ??= deferred();
    return this.#drained.promise;
  }

  write(bytes: Uint8Array): boolean {
    switch (this.#state) {
      case 'open':
        if (bytes.length > 0) {
          this.#queue.push(bytes);
          this.#queuedBytes += bytes.length;
          this.#pump();
        }
        return this.#queuedBytes < HIGH_WATER_MARK;
      case 'finishing':
      case 'finished':
      case 'reset':
        throw new StreamStateError(`write after ${this.#state === 'reset' ? 'reset' : 'finish'}`);
      case 'stopped':
      case 'closed':
        return true;
    }
  }

  finish(): void {
    if (this.#state !== 'open') return;
    this.#state = 'finishing';
    this.#pump();
  }

  reset(code: number): void {
    if (this.#state !== 'open' && this.#state !== 'finishing' && this.#state !== 'finished') return;
    this.#transmit({ type: 'reset', stream: this.#number, code });
    this.#end('reset', undefined);
  }

  /** The receiver read some bytes. */
  addCredit(bytes: number): void {
    this.#credit += bytes;
    this.#pump();
  }

  /** The receiver has the end of the stream. */
  acknowledge(): void {
    this.#stopped.resolve(undefined);
    this.#onDone();
  }

  /** The receiver wants no more. */
  stop(code: number): void {
    if (this.#state === 'reset' || this.#state === 'closed') return;
    this.#end('stopped', code);
  }

  /** The connection is over. */
  close(): void {
    if (this.#state === 'open' || this.#state === 'finishing') this.#end('closed', undefined);
    else this.#stopped.resolve(undefined);
  }

  #end(state: 'reset' | 'stopped' | 'closed', code: number | undefined): void {
    this.#state = state;
    this.#queue = [];
    this.#queuedBytes = 0;
    this.#settleDrained();
    this.#stopped.resolve(code);
    this.#onDone();
  }

  #pump(): void {
    while (this.#credit > 0) {
      const head = this.#queue.shift();
      if (!head) break;
      const bytes = head.subarray(0, this.#credit);
      if (bytes.length < head.length) this.#queue.unshift(head.subarray(bytes.length));
      this.#credit -= bytes.length;
      this.#queuedBytes -= bytes.length;
      this.#transmit({ type: 'data', stream: this.#number, bytes: new Uint8Array(bytes) });
    }
    if (this.#queuedBytes < HIGH_WATER_MARK) this.#settleDrained();
    if (this.#state === 'finishing' && this.#queue.length === 0) {
      this.#state = 'finished';
      this.#transmit({ type: 'fin', stream: this.#number });
    }
  }

  #settleDrained(): void {
    this.#drained?.resolve();
    this.#drained = undefined;
  }
}

type RecvEnd = { type: 'fin' } | { type: 'reset'; code: number } | { type: 'closed'; error: Error };

/** The receiving half: gives the sender new credit as its bytes are read. */
export class MemoryRecvStream implements RecvStream {
  readonly #number: StreamNumber;
  readonly #transmit: Transmit;
  readonly #onDone: () => void;
  #chunks: Uint8Array[] = [];
  /** Bytes read that the sender has not been given back as credit. */
  #unreported = 0;
  #end: RecvEnd | undefined;
  #stopped = false;
  #reader: Deferred<Uint8Array | undefined> | undefined;

  constructor(number: StreamNumber, transmit: Transmit, onDone: () => void) {
    this.#number = number;
    this.#transmit = transmit;
    this.#onDone = onDone;
  }

  read(): Promise<Uint8Array | undefined> {
    if (this.#stopped) return Promise.reject(new StreamStateError('read after stop'));
    if (this.#reader) return Promise.reject(new StreamStateError('another read is waiting'));
    this.#reader = deferred();
    const { promise } = this.#reader;
    this.#deliver();
    return promise;
  }

  stop(code: number): void {
    if (this.#stopped || this.#end) return;
    this.#stopped = true;
    this.#chunks = [];
    this.#transmit({ type: 'stop', stream: this.#number, code });
    this.#reader?.reject(new StreamStateError('the stream was stopped while reading'));
    this.#reader = undefined;
    this.#onDone();
  }

  receive(bytes: Uint8Array): void {
    if (this.#stopped || this.#end) return;
    this.#chunks.push(bytes);
    this.#deliver();
  }

  receiveFin(): void {
    this.#transmit({ type: 'finAck', stream: this.#number });
    this.#finish({ type: 'fin' });
  }

  receiveReset(code: number): void {
    this.#chunks = [];
    this.#finish({ type: 'reset', code });
  }

  close(why: string): void {
    this.#chunks = [];
    this.#finish({ type: 'closed', error: new ConnectionClosedError(why) });
  }

  /** Like quiche, which tells of a larger window when half of it is used up, and not with every read. */
  #giveCredit(bytes: number): void {
    this.#unreported += bytes;
    if (this.#unreported < STREAM_WINDOW / 2 || this.#end) return;
    this.#transmit({ type: 'credit', stream: this.#number, bytes: this.#unreported });
    this.#unreported = 0;
  }

  #finish(end: RecvEnd): void {
    if (this.#end) return;
    this.#end = end;
    this.#onDone();
    this.#deliver();
  }

  #deliver(): void {
    const reader = this.#reader;
    if (!reader) return;
    const chunk = this.#chunks.shift();
    if (chunk) {
      this.#reader = undefined;
      this.#giveCredit(chunk.length);
      reader.resolve(chunk);
      return;
    }
    if (!this.#end) return;
    this.#reader = undefined;
    switch (this.#end.type) {
      case 'fin':
        return reader.resolve(undefined);
      case 'reset':
        return reader.reject(new StreamResetError(this.#end.code));
      case 'closed':
        return reader.reject(this.#end.error);
    }
  }
}
