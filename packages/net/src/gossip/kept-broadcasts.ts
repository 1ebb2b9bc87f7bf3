import type { MessageId, Scope } from '@grapevine/proto';
import type { SharedBudget } from './shared-budget.js';

/** A broadcast that waits for the first neighbor. */
export interface KeptBroadcast {
  /** Undefined for a broadcast to neighbors only: nobody tells such messages apart. */
  readonly id: MessageId | undefined;
  readonly content: Uint8Array;
  readonly scope: Scope;
}

/** What the topics of a node may keep together. */
export interface KeptBudgets {
  readonly bytes: SharedBudget;
  readonly messages: SharedBudget;
}

/** The broadcasts of one topic that wait for its first neighbor. They were accepted: none is ever dropped for another. */
export class KeptBroadcasts {
  readonly #budgets: KeptBudgets;
  readonly #messages: KeptBroadcast[] = [];
  readonly #ids = new Set<MessageId>();
  #bytes = 0;

  constructor(budgets: KeptBudgets) {
    this.#budgets = budgets;
  }

  get count(): number {
    return this.#messages.length;
  }

  get bytes(): number {
    return this.#bytes;
  }

  has(id: MessageId): boolean {
    return this.#ids.has(id);
  }

  /** @returns false when the limit is reached */
  add(message: KeptBroadcast): boolean {
    const { bytes, messages } = this.#budgets;
    const { length } = message.content;
    if (!bytes.fits(this.#bytes, length) || !messages.fits(this.count, 1)) return false;
    this.#messages.push(message);
    if (message.id !== undefined) this.#ids.add(message.id);
    this.#bytes += length;
    bytes.add(length);
    messages.add(1);
    return true;
  }

  /** Gives its part of the budgets back. @returns the messages, in their order */
  takeAll(): readonly KeptBroadcast[] {
    this.#budgets.bytes.add(-this.#bytes);
    this.#budgets.messages.add(-this.count);
    this.#bytes = 0;
    this.#ids.clear();
    return this.#messages.splice(0);
  }
}
