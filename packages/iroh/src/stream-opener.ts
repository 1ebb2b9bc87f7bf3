import { StreamLimitError } from '@grapevine/net';

/**
 * Opens streams one after the other: concurrent calls of the binding finish in any order, and the first caller must get the stream that the peer sees
 * first. The binding waits until the peer allows another stream, and that wait can't be cancelled: a caller that gives up leaves it to the next
 * caller.
 */
export class StreamOpener<Stream> {
  readonly #open: () => Promise<Stream>;
  readonly #patienceMs: number;
  #abandoned: Promise<Stream>[] = [];
  /** Opened by `available()`: the next caller takes it. */
  readonly #ready: Promise<Stream>[] = [];
  #last: Promise<unknown> = Promise.resolve();
  /** How many were opened so far. */
  #opened = 0;

  constructor(open: () => Promise<Stream>, patienceMs: number) {
    this.#open = open;
    this.#patienceMs = patienceMs;
  }

  /** Settles when a stream can be opened, or the connection is over. Never rejects. */
  async available(): Promise<void> {
    if (this.#ready.length > 0) return;
    const opening = this.#abandoned.shift() ?? this.#start();
    try {
      await opening;
    } catch {
      return; // the connection is over
    }
    this.#ready.push(opening);
  }

  /** @throws StreamLimitError when none was opened, for this caller or another, for too long; what the binding rejects with */
  async open(): Promise<Stream> {
    const opening = this.#ready.shift() ?? this.#abandoned.shift() ?? this.#start();
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise<never>((_, reject) => {
      let opened = this.#opened;
      let looks = 0;
      // In two halves, so that an event loop that was blocked first handles what came meanwhile.
      const look = () => {
        if (this.#opened !== opened) looks = 0;
        opened = this.#opened;
        if (looks++ < 2) {
          timer = setTimeout(look, this.#patienceMs / 2);
          return;
        }
        opening.catch(() => {}); // unless somebody takes it over
        this.#abandoned.push(opening);
        reject(new StreamLimitError(`the peer has allowed no further stream for ${this.#patienceMs} ms`));
      };
      look();
    });
    try {
      return await Promise.race([opening, patience]);
    } finally {
      clearTimeout(timer);
    }
  }

  #start(): Promise<Stream> {
    const opening = this.#last.then(async () => {
      const stream = await this.#open();
      this.#opened++;
      return stream;
    });
    this.#last = opening.catch(() => {});
    return opening;
  }
}
