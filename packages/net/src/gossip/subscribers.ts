import type { Scope } from '@grapevine/proto';
import type { EndpointId } from '../identity/endpoint-id.js';
import type { EventQueue } from './event-queue.js';
import type { MembershipReaders } from './membership-readers.js';
import type { QueuedEvent } from './service.js';

const NO_QUEUES: readonly EventQueue[] = [];

/** The subscriptions of one topic on this node, and what each of them hears. */
export class Subscribers {
  readonly #me: EndpointId;
  #queues: readonly EventQueue[] = NO_QUEUES;
  #membershipReaders: Set<MembershipReaders> | undefined;
  #halves = 0;
  #end: { readonly error: Error | undefined } | undefined;

  /** @param me the node, which delivers what its own subscribers publish */
  constructor(me: EndpointId) {
    this.#me = me;
  }

  /** The queues that are read. */
  get queues(): readonly EventQueue[] {
    return this.#queues;
  }

  /** Adds the two halves of a subscription. It begins with the current neighbors. */
  add(queue: EventQueue, neighbors: readonly EndpointId[]): void {
    this.#queues = this.#queues.concat(queue); // no spare slots, unlike a literal with spread
    this.#halves += 2;
    for (const peer of neighbors) queue.push({ type: 'neighborUp', peer });
  }

  remove(queue: EventQueue): void {
    this.#queues = this.#queues.filter((other) => other !== queue);
    queue.discard();
  }

  /** One half of a subscription is closed. @returns whether it was the last */
  closeHalf(): boolean {
    this.#halves--;
    return this.#halves === 0;
  }

  /** A subscription also reads changes of neighbors by themselves. @returns what ends that */
  addMembershipReaders(readers: MembershipReaders): () => void {
    if (this.#end) readers.end(this.#end.error);
    this.#membershipReaders ??= new Set();
    this.#membershipReaders.add(readers);
    return () => {
      this.#membershipReaders?.delete(readers);
      readers.end();
    };
  }

  emit(event: QueuedEvent): void {
    for (const queue of this.#queues) queue.push(event);
    if (this.#membershipReaders) for (const readers of this.#membershipReaders) readers.push(event);
  }

  /** Whether anybody on this node hears what a subscriber publishes. */
  hasListener(except: EventQueue | undefined): boolean {
    return this.#queues.some((queue) => queue !== except);
  }

  /** Hands what a subscriber publishes to the others on this node. */
  emitPublished(content: Uint8Array, scope: Scope, except: EventQueue | undefined): void {
    const event: QueuedEvent = {
      type: 'received',
      content,
      deliveredFrom: this.#me,
      scope: scope === 'swarm' ? { type: 'swarm', round: 0 } : { type: 'neighbors' },
    };
    for (const queue of this.#queues) if (queue !== except) queue.push(event);
  }

  /** No more events come; with an error, readers get that after what is queued. */
  end(error: Error | undefined): void {
    this.#end = { error };
    for (const queue of this.#queues) queue.end(error);
    this.#queues = NO_QUEUES;
    for (const readers of this.#membershipReaders ?? []) readers.end(error);
    this.#membershipReaders = undefined;
  }
}
