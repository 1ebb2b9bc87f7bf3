import { type Deferred, deferred } from '@grapevine/net';
import { COMMAND_QUEUE } from './protocol.js';

/** Commands of one client on their way to the node. Bounded: whoever pushes waits for room, and so reads no more from the network. */
export class CommandQueue<T> {
  readonly #items: T[] = [];
  #room: Deferred<void> | undefined;
  #item: Deferred<void> | undefined;
  #ended = false;

  /** Adds an item as soon as there is room. */
  async push(item: T): Promise<void> {
    while (this.#items.length >= COMMAND_QUEUE) {
      this.#room ??= deferred();
      await this.#room.promise;
    }
    this.#items.push(item);
    this.#wakeReader();
  }

  /** No more will come. What is queued is still handed out. */
  end(): void {
    this.#ended = true;
    this.#wakeReader();
  }

  /** The next item; undefined after the last. */
  async shift(): Promise<T | undefined> {
    while (this.#items.length === 0 && !this.#ended) {
      this.#item ??= deferred();
      await this.#item.promise;
    }
    const item = this.#items.shift();
    this.#room?.resolve();
    this.#room = undefined;
    return item;
  }

  #wakeReader(): void {
    this.#item?.resolve();
    this.#item = undefined;
  }
}
