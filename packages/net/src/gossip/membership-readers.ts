import type { EndpointId } from '../identity/endpoint-id.js';
import { EventQueue } from './event-queue.js';
import type { MembershipEvent, MembershipReader, QueuedEvent } from './service.js';
import { SharedBudget } from './shared-budget.js';

/** How many changes wait for a reader. Beyond that, a neighbor that came and went in between is left out. */
const CAPACITY = 256;
/** These queues hold only small events: their number bounds them. */
const UNBOUNDED = Number.MAX_SAFE_INTEGER / 2;

/**
 * The readers of one subscription's changes of neighbors, independent of its messages and of each other.
 *
 * @internal
 */
export class MembershipReaders {
  readonly #queues = new Set<EventQueue>();
  readonly #options = { capacity: CAPACITY, budget: new SharedBudget(UNBOUNDED) };
  #end: { readonly error: Error | undefined } | undefined;

  /** One more reader, which hears first of the neighbors that are there. */
  open(neighbors: readonly EndpointId[]): MembershipReader {
    const queue = new EventQueue(this.#options);
    for (const peer of neighbors) queue.push({ type: 'neighborUp', peer });
    if (this.#end) queue.end(this.#end.error);
    else this.#queues.add(queue);
    return {
      next: (signal) => queue.next(signal) as Promise<IteratorResult<MembershipEvent, undefined>>,
      close: () => {
        this.#queues.delete(queue);
        queue.discard();
      },
    };
  }

  push(event: QueuedEvent): void {
    if (event.type !== 'neighborUp' && event.type !== 'neighborDown') return;
    for (const queue of this.#queues) queue.push(event);
  }

  /** No more changes come; with an error, readers get that after what is queued. */
  end(error?: Error): void {
    this.#end ??= { error };
    for (const queue of this.#queues) queue.end(error);
    this.#queues.clear();
  }
}
