import type { PastMessage } from '@grapevine/proto';
import type { UnknownMessage } from './reconciliation/index.js';

/** How many messages are kept: as many as a topic remembers of its own past. */
const KEPT = 32;

/** The last messages that a neighbor has named and that are not known here. */
export class UnknownMessages {
  readonly #messages: readonly { readonly prefix: number; readonly since: number }[];

  constructor(messages: readonly UnknownMessage[], now: number) {
    this.#messages = messages.slice(-KEPT).map(({ prefix, age }) => ({ prefix, since: now - age }));
  }

  /** The messages in the form of a topic's past. */
  at(now: number): readonly PastMessage[] {
    return this.#messages.map(({ prefix, since }) => ({ prefix, age: now - since, wasHere: true }));
  }
}
