import { ConnectionClosedError, StreamLimitError } from '../errors.js';
import type { NativeConnection } from './native-connection.js';
import type { ONE_WAY } from './send-stream.js';

/** The streams that we open on a connection: their numbers, and the callers that wait until the peer allows one more. */
export class OwnStreams {
  /** The bits of their ids that say whose they are (RFC 9000, section 2.1). */
  readonly #ours: number;
  readonly #wantTick: () => void;
  #native: NativeConnection | undefined;
  #opened = [0, 0]; // two-way, one-way
  /** Callers that wait for a one-way stream, in the order in which they asked. */
  readonly #waiting: Array<() => void> = [];

  /** @param wantTick called when a waiting caller may have to be told in the next tick */
  constructor(native: NativeConnection, ours: number, wantTick: () => void) {
    this.#native = native;
    this.#ours = ours;
    this.#wantTick = wantTick;
  }

  /** Opens the next stream. @returns its id @throws StreamLimitError; ConnectionClosedError */
  open(direction: 0 | typeof ONE_WAY): number {
    const native = this.#native;
    if (!native) throw new ConnectionClosedError('no stream can be opened any more');
    const kind = direction >> 1;
    const id = (this.#opened[kind] as number) * 4 + direction + this.#ours;
    if (!native.openStream(id)) {
      throw new StreamLimitError(`the peer allows no more ${direction ? 'one-way' : 'two-way'} streams at once`);
    }
    (this.#opened[kind] as number)++;
    return id;
  }

  /** Settles when a one-way stream can be opened, or the connection is over. */
  uniAvailable(): Promise<void> {
    const native = this.#native;
    if (!native || (this.#waiting.length === 0 && native.uniStreamsLeft() > 0)) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Tells one waiting caller for each stream that the peer allows now. The others wait on. */
  tellWaiting(native: NativeConnection): void {
    if (this.#waiting.length === 0) return;
    const left = native.uniStreamsLeft();
    if (left === 0) return;
    for (const resolve of this.#waiting.splice(0, left)) resolve();
    if (this.#waiting.length > 0) this.#wantTick(); // a caller that was told may not open one after all
  }

  /** The connection is over. */
  close(): void {
    this.#native = undefined;
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}
