import type { NativeConnection } from './native-connection.js';
import type { QuicSendStream } from './send-stream.js';

/** After this many one-way streams in a row that are not acknowledged the others are not asked: asking costs 0.3 µs. */
const UNANSWERED_IN_A_ROW = 48;

/**
 * Streams whose bytes and end quiche has, and that the peer has not acknowledged.
 *
 * quiche does not tell which stream an acknowledgement has completed, so each has to be asked about, and a link with many topics has thousands of
 * them. They are acknowledged about in the order in which they were finished. So those that wait longest are asked about first, until a row of them
 * is not acknowledged, which then goes to the end. While any are left, another acknowledgement is due.
 */
export class FinishedStreams {
  readonly #oneWay = new Set<QuicSendStream>();
  readonly #twoWay = new Set<QuicSendStream>();

  /** Whether a two-way stream waits for acknowledgements that quiche does not report: see {@link FinishedStreams.allAcknowledged}. */
  get waitsForQuiet(): boolean {
    return this.#twoWay.size > 0;
  }

  add(stream: QuicSendStream): void {
    (stream.isOneWay ? this.#oneWay : this.#twoWay).add(stream);
  }

  delete(stream: QuicSendStream): void {
    this.#oneWay.delete(stream);
    this.#twoWay.delete(stream);
  }

  /** After datagrams came in: ends those that are acknowledged. */
  notice(native: NativeConnection): void {
    if (this.#oneWay.size + this.#twoWay.size === 0) return; // the usual case, on the path of each datagram
    for (const stream of this.#twoWay) if (native.streamGone(stream.id)) stream.end(undefined);
    const unanswered: QuicSendStream[] = [];
    for (const stream of this.#oneWay) {
      if (native.streamFinished(stream.id)) {
        stream.end(undefined);
        unanswered.length = 0;
      } else if (unanswered.push(stream) === UNANSWERED_IN_A_ROW) {
        break;
      }
    }
    if (unanswered.length < UNANSWERED_IN_A_ROW) return;
    for (const stream of unanswered) {
      this.#oneWay.delete(stream);
      this.#oneWay.add(stream);
    }
  }

  /** Nothing is in flight: all are acknowledged. */
  allAcknowledged(): void {
    for (const stream of [...this.#oneWay, ...this.#twoWay]) stream.end(undefined);
  }
}
