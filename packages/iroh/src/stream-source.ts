/**
 * The streams that the peer opens, as an async iterable. Each is accepted when the consumer asks for it.
 *
 * One consumer at a time; leaving a `for await` loop leaves the source open. It ends when the call fails, which is when the connection is over, and
 * never throws.
 */
export class StreamSource<Stream> implements AsyncIterableIterator<Stream> {
  readonly #accept: () => Promise<Stream>;
  #last: Promise<unknown> = Promise.resolve();
  #ended = false;

  constructor(accept: () => Promise<Stream>) {
    this.#accept = accept;
  }

  next(): Promise<IteratorResult<Stream>> {
    const turn = this.#last.then(() => this.#next());
    this.#last = turn;
    return turn;
  }

  /** The consumer has left its loop; another loop continues where it stopped. */
  return(): Promise<IteratorResult<Stream>> {
    return Promise.resolve({ done: true, value: undefined });
  }

  /** No more streams. */
  end(): void {
    this.#ended = true;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async #next(): Promise<IteratorResult<Stream>> {
    try {
      const stream = this.#ended ? undefined : await this.#accept();
      if (stream !== undefined && !this.#ended) return { done: false, value: stream };
    } catch {
      this.#ended = true;
    }
    return { done: true, value: undefined };
  }
}
