import { type Deferred, deferred } from '../util/deferred.js';
import { onAbort } from '../util/on-abort.js';
import { EventGap } from './event-gap.js';
import type { GossipEvent, QueuedEvent } from './service.js';
import type { SharedBudget } from './shared-budget.js';

type Result = IteratorResult<GossipEvent, undefined>;
type Reader = Deferred<Result>;

/** What an event costs besides its content, in bytes: roughly. */
const EVENT_BYTES = 128;

/** How to limit a queue. */
export interface EventQueueOptions {
  /** Events that may wait. */
  readonly capacity: number;
  /** Bytes that may wait, shared with other queues. */
  readonly budget: SharedBudget;
  /** Called for each message that the reader has lost by being slow. */
  readonly onMissed?: () => void;
}

/**
 * The events that one reader has not read yet. Bounded: a reader that lags loses the oldest messages and is told how many, at the place
 * where they were. Changes of neighbors are never lost, see {@link EventGap}. So for messages *read + told = pushed*.
 *
 * What waits is shared with other queues and the node's cache; each reader gets a copy of its own, made when it is read.
 *
 * A queue that is never used holds no arrays: there may be tens of thousands.
 *
 * @internal
 */
export class EventQueue {
  /** When its reader came, in milliseconds: what was said before is not its loss. */
  readonly openedAt: number;
  readonly #options: EventQueueOptions;
  #events: QueuedEvent[] | undefined;
  #head = 0;
  #bytes = 0;
  /** What was lost in front of the oldest event. */
  #gap: EventGap | undefined;
  #waiting: Reader[] | undefined;
  #end: { readonly error: Error | undefined } | undefined;
  #closed: Deferred<void> | undefined;

  constructor(options: EventQueueOptions, openedAt = 0) {
    this.#options = options;
    this.openedAt = openedAt;
  }

  /** Adds an event. After the end it is dropped. */
  push(event: QueuedEvent): void {
    if (this.#end) return;
    const reader = this.#waiting?.shift();
    if (reader) return reader.resolve({ done: false, value: ownCopy(event) });
    if (event.type === 'lagged' && this.#merge(event)) return;
    const { capacity, budget } = this.#options;
    const bytes = sizeOf(event);
    while (this.#size >= capacity || !budget.fits(this.#bytes, bytes)) {
      const oldest = this.#shift();
      this.#lose(oldest ?? event);
      if (!oldest) return;
    }
    if (this.#events) this.#events.push(event);
    else this.#events = [event]; // a push would allocate space for many, and in a quiet topic nothing follows
    this.#hold(bytes);
  }

  /**
   * The next event; done at the end. A wait that was given up takes no event away.
   *
   * @throws what the queue has ended with; the signal's reason
   */
  next(signal?: AbortSignal): Promise<Result> {
    if (signal?.aborted) return Promise.reject(signal.reason);
    const told = this.#gap?.next();
    if (told) return Promise.resolve({ done: false, value: told });
    this.#gap = undefined;
    const event = this.#shift();
    if (event) return Promise.resolve({ done: false, value: ownCopy(event) });
    if (this.#end) return this.#end.error ? Promise.reject(this.#end.error) : Promise.resolve(DONE);
    const reader = deferred<Result>();
    if (this.#waiting) this.#waiting.push(reader);
    else this.#waiting = [reader]; // one is usual, and a push would allocate space for many
    if (signal) {
      const stop = onAbort(signal, () => {
        this.#waiting = this.#waiting?.filter((other) => other !== reader);
        reader.reject(signal.reason);
      });
      reader.promise.then(stop, stop);
    }
    return reader.promise;
  }

  /** Settles when no more events come in. Never rejects. */
  get closed(): Promise<void> {
    this.#closed ??= deferred();
    if (this.#end) this.#closed.resolve();
    return this.#closed.promise;
  }

  /** What is queued can still be read, then the end; with an error, every read after that throws it. */
  end(error?: Error): void {
    if (this.#end) return;
    this.#end = { error };
    this.#closed?.resolve();
    const waiting = this.#waiting ?? [];
    this.#waiting = undefined;
    for (const reader of waiting) {
      if (error) reader.reject(error);
      else reader.resolve(DONE);
    }
  }

  /** Nobody reads any more. */
  discard(): void {
    this.end();
    this.#end = { error: undefined };
    this.#hold(-this.#bytes);
    this.#events = undefined;
    this.#head = 0;
    this.#gap = undefined;
  }

  get #size(): number {
    return (this.#events?.length ?? 0) - this.#head;
  }

  #shift(): QueuedEvent | undefined {
    if (!this.#events || this.#size === 0) return undefined;
    const event = this.#events[this.#head] as QueuedEvent;
    this.#events[this.#head++] = undefined as unknown as QueuedEvent; // let go of it at once; the array is compacted now and then
    if (this.#head === this.#events.length) {
      this.#events = undefined;
      this.#head = 0;
    } else if (this.#head >= 1024) {
      this.#events = this.#events.slice(this.#head);
      this.#head = 0;
    }
    this.#hold(-sizeOf(event));
    return event;
  }

  #lose(event: QueuedEvent): void {
    this.#gap ??= new EventGap();
    this.#gap.swallow(event);
    if (event.type === 'received') this.#options.onMissed?.();
  }

  /** Losses in a row for the same reason are one event. */
  #merge({ missed, reason }: GossipEvent & { readonly type: 'lagged' }): boolean {
    const events = this.#events;
    const last = events?.at(-1);
    if (!events || last?.type !== 'lagged' || last.reason !== reason) return false;
    events[events.length - 1] = { type: 'lagged', missed: last.missed + missed, reason };
    return true;
  }

  #hold(bytes: number): void {
    this.#bytes += bytes;
    this.#options.budget.add(bytes);
  }
}

const DONE: Result = { done: true, value: undefined };

function sizeOf(event: QueuedEvent): number {
  return event.type === 'received' ? EVENT_BYTES + event.content.length : EVENT_BYTES;
}

/** A copy, which the reader may change. (`slice` of a Buffer would be a view.) */
function ownCopy(event: QueuedEvent): GossipEvent {
  if (event.type !== 'received') return event;
  const { type, deliveredFrom, scope } = event;
  return { type, content: new Uint8Array(event.content), deliveredFrom, scope };
}
