import type { CertificateConnection } from '@grapevine/net/quic';
import type { PendingBytes } from './item-reader.js';
import { CloseCode } from './protocol.js';

/** How many connections may each have as much unfinished as one may. Where more come, the one with most is closed. */
const MAX_AT_LIMIT = 4;

/** Counts the unfinished items of all connections of a server. A connection may have so much, and all of them together four times as much. */
export class PendingItems {
  readonly #bytes = new Map<CertificateConnection, number>();
  readonly #onClosed: () => void;
  #total = 0;

  /** @param onClosed - called when a connection is closed because of them */
  constructor(onClosed: () => void) {
    this.#onClosed = onClosed;
  }

  /** The account of a connection. @param limit how many bytes it may have, and beyond which it is closed */
  of(connection: CertificateConnection, limit: () => number): PendingBytes {
    this.#bytes.set(connection, 0);
    void connection.closed.then(() => this.#forget(connection));
    return {
      add: (bytes) => {
        const before = this.#bytes.get(connection);
        if (before === undefined) return; // its readers end one by one
        this.#bytes.set(connection, before + bytes);
        this.#total += bytes;
        if (before + bytes > limit()) this.#close(connection, 'too many large items at once');
        else if (this.#total > MAX_AT_LIMIT * limit()) {
          this.#close(this.#largest(connection), 'too many large items at once, with those of other clients');
        }
      },
    };
  }

  #largest(connection: CertificateConnection): CertificateConnection {
    let largest = connection;
    for (const [other, bytes] of this.#bytes) if (bytes > (this.#bytes.get(largest) ?? 0)) largest = other;
    return largest;
  }

  #close(connection: CertificateConnection, why: string): void {
    this.#forget(connection);
    this.#onClosed();
    connection.close(CloseCode.tooMany, why);
  }

  #forget(connection: CertificateConnection): void {
    this.#total -= this.#bytes.get(connection) ?? 0;
    this.#bytes.delete(connection);
  }
}
