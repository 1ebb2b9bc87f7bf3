import { type LossEntry, messageIdToBytes } from '@grapevine/proto';
import type { KeySet } from '@grapevine/proto/reconciliation';

/** Payloads that a peer has had, whose time is over there, and that were never here. */
export class ForeignPast {
  readonly #set: KeySet;
  readonly #lacking: ReadonlySet<number>;
  #isThere = false;

  /** @param lacking keys of what the peer has and we have not */
  constructor(set: KeySet, lacking: readonly number[]) {
    this.#set = set;
    this.#lacking = new Set(lacking);
  }

  /** Whether the peer has named any. */
  get isThere(): boolean {
    return this.#isThere;
  }

  /** The peer names payloads that it cannot give. A payload that it never had either, and told its subscribers of as lost, has another key. */
  note(losses: readonly LossEntry[]): void {
    this.#isThere ||= losses.some(({ id }) => this.#lacking.has(this.#set.keyOf(messageIdToBytes(id))));
  }
}
