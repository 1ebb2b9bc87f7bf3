import { LazyMap } from '../structures/lazy.js';
import type { MessageId } from '../wire/message-id.js';

/** Ids that have left the front of a queue before the others move up. */
const MOVE_UP = 1_024;

/** What one source has told of, oldest first. */
class Queue {
  #ids: MessageId[] = [];
  /** Ids at the front that are out already. */
  #out = 0;
  /** How many have ever moved up, so that a position means the same for as long as the queue lives. */
  #moved = 0;

  get length(): number {
    return this.#ids.length - this.#out;
  }

  /** The position of the oldest. */
  get first(): number {
    return this.#moved + this.#out;
  }

  get oldest(): MessageId | undefined {
    return this.#ids[this.#out];
  }

  /** Undefined where it is out already, or there is none yet. */
  at(position: number): MessageId | undefined {
    return position < this.first ? undefined : this.#ids[position - this.#moved];
  }

  push(id: MessageId): void {
    this.#ids.push(id);
  }

  shift(): MessageId | undefined {
    const { oldest } = this;
    if (oldest !== undefined && ++this.#out === MOVE_UP) {
      this.#ids = this.#ids.slice(MOVE_UP);
      this.#moved += MOVE_UP;
      this.#out = 0;
    }
    return oldest;
  }
}

/**
 * Ids by the source that has told of them. They are walked through with all sources in turns, so a source that tells of very many delays its own
 * and nobody else's.
 */
export class LossQueues<P> {
  readonly #queues = new LazyMap<P, Queue>();

  /** The sources that have any. */
  sources(): Iterable<P> {
    return this.#queues.keys();
  }

  sizeOf(source: P): number {
    return this.#queues.get(source)?.length ?? 0;
  }

  push(source: P, id: MessageId): void {
    let queue = this.#queues.get(source);
    if (queue === undefined) {
      queue = new Queue();
      this.#queues.set(source, queue);
    }
    queue.push(id);
  }

  oldest(source: P): MessageId | undefined {
    return this.#queues.get(source)?.oldest;
  }

  /** Takes out the oldest of a source. */
  shift(source: P): MessageId | undefined {
    const queue = this.#queues.get(source);
    const id = queue?.shift();
    if (queue?.length === 0) this.#queues.delete(source);
    return id;
  }

  /** The source that has most. */
  largest(): P | undefined {
    let [largest, most] = [undefined as P | undefined, 0];
    for (const [source, { length }] of this.#queues) if (length > most) [largest, most] = [source, length];
    return largest;
  }

  clear(): void {
    this.#queues.clear();
  }

  /** The oldest of each source, then the second of each, and so on. Ids may come and go on the way. */
  *[Symbol.iterator](): Generator<MessageId, void, undefined> {
    let walks = [...this.#queues].map(([, queue]) => ({ queue, first: queue.first, end: queue.first + queue.length }));
    for (let rank = 0; walks.length > 0; rank++) {
      walks = walks.filter(({ first, end }) => first + rank < end);
      for (const { queue, first } of walks) {
        const id = queue.at(first + rank);
        if (id !== undefined) yield id;
      }
    }
  }
}
