import { type LossEntry, messageIdToBytes } from '@grapevine/proto';
import type { KeySet } from '@grapevine/proto/reconciliation';

/** Payloads that a peer has had, whose time is over there, and that were never here. */
export class ForeignPast {
  readonly #set: KeySet;
  readonly #lacking: ReadonlySet<number>;
  #oldest: number | undefined;

  /** @param lacking keys of what the peer has and we have not */
  constructor(set: KeySet, lacking: readonly number[]) {
    this.#set = set;
    this.#lacking = new Set(lacking);
  }

  /** The age of the oldest, in milliseconds; undefined while there is none. */
  get oldest(): number | undefined {
    return this.#oldest;
  }

  /** The peer names what it can not give. What it has told its subscribers lost, and never had either, has another key. */
  note(losses: readonly LossEntry[]): void {
    for (const { id, age } of losses) {
      if (this.#lacking.has(this.#set.keyOf(messageIdToBytes(id)))) this.#oldest = Math.max(this.#oldest ?? 0, age);
    }
  }
}
