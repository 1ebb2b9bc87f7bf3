import { type SendStream, StreamLimitError } from '@grapevine/net';
import { type Deferred, deferred } from '@grapevine/net/transport';

/**
 * Firefox never answers while the peer allows no further stream. A stream that is not open after this time counts as not allowed. In milliseconds.
 */
const PATIENCE_MS = 1_000;

/**
 * No browser tells when the peer allows streams again. So we ask for one again, first after the minimum, then after twice as long each time, up to
 * the maximum. In milliseconds.
 */
const RETRY_MIN_MS = 50;
const RETRY_MAX_MS = 1_000;

/** Opens one-way streams of a session, and finds out when the peer allows none. */
export class StreamOpener {
  readonly #create: () => Promise<SendStream>;
  readonly #over: Promise<unknown>;
  #isOver = false;
  /** Streams that we still ask for, although their callers have been told that none is allowed. */
  #pending = 0;
  /** Those that were opened after all. */
  readonly #ready: SendStream[] = [];
  /** Callers of `available`, each told of one stream, in order. */
  readonly #waiting: Deferred<void>[] = [];

  /**
   * @param create asks the browser for a stream @param over settles when the session ends
   */
  constructor(create: () => Promise<SendStream>, over: Promise<unknown>) {
    this.#create = create;
    this.#over = over;
    void over.then(() => {
      this.#isOver = true;
      for (const waiting of this.#waiting.splice(0)) waiting.resolve();
    });
  }

  /** @throws StreamLimitError when no stream is allowed; also when the session is over and the browser has not said so yet */
  async open(): Promise<SendStream> {
    const stream = this.#ready.shift() ?? (this.#pending === 0 ? await this.#tryOnce() : undefined);
    if (!stream) throw new StreamLimitError('the peer allows no more one-way streams at once');
    return stream;
  }

  /** Settles when a stream is allowed, as far as is known, or when the session is over. Each stream settles one caller, in order. */
  async available(): Promise<void> {
    if (this.#isOver || this.#pending === 0 || this.#ready.length > 0) return;
    const waiting = deferred<void>();
    this.#waiting.push(waiting);
    if (this.#pending < this.#waiting.length) void this.#openLate(this.#create());
    await waiting.promise;
  }

  async #tryOnce(): Promise<SendStream | undefined> {
    const opening = this.#create();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const tooLong = new Promise<undefined>((resolve) => {
      timer = setTimeout(() => resolve(undefined), PATIENCE_MS);
    });
    const opened = await Promise.race([opening.catch(nothing), tooLong]);
    clearTimeout(timer);
    if (!opened) void this.#openLate(opening);
    return opened;
  }

  async #openLate(first: Promise<SendStream>): Promise<void> {
    this.#pending++;
    let isOpen = false;
    const opened = (stream: SendStream) => {
      if (!isOpen) this.#pending--;
      isOpen = true;
      this.#ready.push(stream);
      this.#waiting.shift()?.resolve();
    };
    first.then(opened, nothing);
    for (let pause = RETRY_MIN_MS; ; pause = Math.min(2 * pause, RETRY_MAX_MS)) {
      await Promise.race([new Promise((resolve) => setTimeout(resolve, pause)), this.#over]);
      if (isOpen || this.#isOver) return;
      this.#create().then(opened, nothing); // Firefox may answer some of them late: those are used as well
    }
  }
}

const nothing = () => undefined;
