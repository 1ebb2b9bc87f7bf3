import type { PastMessage } from '@grapevine/proto';
import type { UnknownMessage } from './reconciliation/index.js';

/** As many as a topic remembers of its own past. */
const KEPT = 32;

/** Messages that a neighbor has named and that are not known here: the last of them. */
export class MissedPast {
  readonly #messages: readonly { readonly prefix: number; readonly since: number }[];

  constructor(messages: readonly UnknownMessage[], now: number) {
    this.#messages = messages.slice(-KEPT).map(({ prefix, age }) => ({ prefix, since: now - age }));
  }

  /** As what is known of the past. */
  at(now: number): readonly PastMessage[] {
    return this.#messages.map(({ prefix, since }) => ({ prefix, age: now - since, wasHere: true }));
  }
}
