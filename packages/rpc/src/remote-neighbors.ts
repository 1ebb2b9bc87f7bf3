import type { EndpointId } from '@grapevine/api';
import {
  type Deferred,
  deferred,
  type MembershipEvent,
  type MembershipReader,
  MembershipReaders,
} from '@grapevine/net';

type NeighborUp = MembershipEvent & { readonly type: 'neighborUp' };
type NeighborDown = MembershipEvent & { readonly type: 'neighborDown' };

/** The neighbors that the node has in a topic, as the server tells them; with callers that wait for the first, and readers of their changes. */
export class RemoteNeighbors {
  readonly #ids = new Set<EndpointId>();
  readonly #readers = new MembershipReaders();
  #joined: Deferred<void> = quietly(deferred());

  get size(): number {
    return this.#ids.size;
  }

  all(): readonly EndpointId[] {
    return [...this.#ids];
  }

  /** Settles when there is a neighbor. Rejects with what the topic ended with. */
  get joined(): Promise<void> {
    return this.#joined.promise;
  }

  /** Reads changes, beginning with these neighbors. */
  read(beginning: readonly EndpointId[]): MembershipReader {
    return this.#readers.open(beginning);
  }

  up(event: NeighborUp): void {
    if (this.#ids.has(event.peer)) return;
    this.#ids.add(event.peer);
    this.#readers.push(event);
    this.#joined.resolve();
  }

  down(event: NeighborDown): void {
    if (!this.#ids.delete(event.peer)) return;
    this.#readers.push(event);
    if (this.#ids.size === 0) this.#joined = quietly(deferred());
  }

  /** They are these, whatever was told before. */
  correct(now: readonly EndpointId[]): void {
    for (const peer of this.#ids) {
      if (!now.includes(peer)) this.down({ type: 'neighborDown', peer, reason: 'unknown' });
    }
    for (const peer of now) this.up({ type: 'neighborUp', peer });
  }

  /** Nobody reads changes any more. */
  endReaders(error?: Error): void {
    this.#readers.end(error);
  }

  /** The topic has ended. @param reason - what those who wait for a neighbor get */
  end(reason: Error): void {
    this.#ids.clear();
    this.#joined.reject(reason);
    // A topic that had neighbors was joined; nobody may join what has ended.
    this.#joined = quietly(deferred());
    this.#joined.reject(reason);
  }
}

/** Nobody may be waiting when it is rejected. */
function quietly(waiting: Deferred<void>): Deferred<void> {
  waiting.promise.catch(() => {});
  return waiting;
}
