import { LazyMap } from '../structures/lazy.js';
import type { MessageId } from '../wire/message-id.js';

/** What one source has told of in one round, in its order. */
interface Batch {
  readonly round: number;
  readonly ids: (MessageId | undefined)[];
  /** Ids at the front that have been taken out. */
  out: number;
}

/** What one source has told of, oldest first. */
class Batches {
  readonly #batches: Batch[] = [];
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get oldest(): MessageId | undefined {
    const [batch] = this.#batches;
    return batch?.ids[batch.out];
  }

  push(id: MessageId, round: number): void {
    let last = this.#batches.at(-1);
    if (last?.round !== round) {
      last = { round, ids: [], out: 0 };
      this.#batches.push(last);
    }
    last.ids.push(id);
    this.#size++;
  }

  shift(): MessageId | undefined {
    const [batch] = this.#batches;
    if (batch === undefined) return;
    const id = batch.ids[batch.out];
    batch.ids[batch.out++] = undefined;
    if (batch.out === batch.ids.length) this.#batches.shift();
    this.#size--;
    return id;
  }

  /** The first of each batch, then the second of each, and so on. Ids may come and go on the way. */
  *byRank(): Generator<MessageId, void, undefined> {
    let batches = [...this.#batches];
    for (let rank = 0; batches.length > 0; rank++) {
      batches = batches.filter(({ ids }) => rank < ids.length);
      for (const { ids } of batches) {
        const id = ids[rank];
        if (id !== undefined) yield id;
      }
    }
  }
}

/**
 * Ids, by the source that told of them and by the round in which it did. A walk takes all sources in turns, so a source that tells of very many ids
 * delays only its own.
 *
 * Within a source, the first ids of all its rounds come first, then the second ones, and so on. A source that passes on what others told it has used
 * the same order: at the front of a round there is something of each of *its* sources, and behind it what some of them had too much of. So what a
 * source with few ids tells stays at the front from node to node, whatever others tell, and only ids of which there are too many wait, and are
 * forgotten in the end.
 */
export class LossQueues<P> {
  readonly #sources = new LazyMap<P, Batches>();

  /** The sources that have any. */
  sources(): Iterable<P> {
    return this.#sources.keys();
  }

  sizeOf(source: P): number {
    return this.#sources.get(source)?.size ?? 0;
  }

  push(source: P, id: MessageId, round: number): void {
    let batches = this.#sources.get(source);
    if (batches === undefined) {
      batches = new Batches();
      this.#sources.set(source, batches);
    }
    batches.push(id, round);
  }

  oldest(source: P): MessageId | undefined {
    return this.#sources.get(source)?.oldest;
  }

  /** Takes out the oldest of a source. */
  shift(source: P): MessageId | undefined {
    const batches = this.#sources.get(source);
    const id = batches?.shift();
    if (batches?.size === 0) this.#sources.delete(source);
    return id;
  }

  /** The source that has most. */
  largest(): P | undefined {
    let [largest, most] = [undefined as P | undefined, 0];
    for (const [source, { size }] of this.#sources) if (size > most) [largest, most] = [source, size];
    return largest;
  }

  clear(): void {
    this.#sources.clear();
  }

  /** One of each source in turn. Ids may come and go on the way. */
  *[Symbol.iterator](): Generator<MessageId, void, undefined> {
    let walks = [...this.#sources].map(([, batches]) => batches.byRank());
    while (walks.length > 0) {
      const unfinished: typeof walks = [];
      for (const walk of walks) {
        const { done, value } = walk.next();
        if (done) continue;
        unfinished.push(walk);
        yield value;
      }
      walks = unfinished;
    }
  }
}
