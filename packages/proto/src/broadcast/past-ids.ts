import { checkMessageId, type MessageId } from '../wire/message-id.js';
import type { DistantPast, PastMessage } from './distant-past.js';

/** Ids that are remembered for ever. Those of a quiet topic may reach back for hours. */
const KEPT = 32;
/** Places at first: most topics that are used at all have few messages. */
const FIRST = 4;
/** Numbers for each id: its {@link idPrefix} and whether the payload was here, and when it came to be known. */
const STRIDE = 2;

/** The first 48 bits of an id, exact as a number. Ids are hashes: two of the few that are compared agree in them once in 10^11 times. */
export function idPrefix(id: MessageId): number {
  CHECK: checkMessageId('id', id);
  return (id.charCodeAt(0) * 0x1_0000 + id.charCodeAt(1)) * 0x1_0000 + id.charCodeAt(2);
}

/**
 * The last ids of a topic that neighbors compare no more: two parts of a swarm that meet after a longer time would otherwise take each other for one that was
 * always together. Those of payloads that were here come in when their time is over, the others at once.
 *
 * A ring that grows up to {@link KEPT}: 0.5 kB.
 */
export class PastIds {
  #ring = new Float64Array(STRIDE * FIRST);
  #count = 0;
  /** How many have been known in all. */
  #total = 0;
  /** The number of the last one whose payload was here. */
  #lastHere = Number.NEGATIVE_INFINITY;
  /** The latest time at which one came to be known that was dropped. */
  #droppedAt = Number.NEGATIVE_INFINITY;

  /** @param since - when it came to be known */
  add(id: MessageId, wasHere: boolean, since: number): void {
    if (STRIDE * this.#count === this.#ring.length && this.#count < KEPT) this.#grow();
    if (wasHere) this.#lastHere = this.#total;
    const at = STRIDE * (this.#total++ % KEPT);
    if (this.#count === KEPT) this.#droppedAt = Math.max(this.#droppedAt, this.#ring[at + 1] as number);
    else this.#count++;
    this.#ring[at] = 2 * idPrefix(id) + (wasHere ? 1 : 0);
    this.#ring[at + 1] = since;
  }

  /** Whether there is anything that others may lack. */
  get hasPayloads(): boolean {
    return this.#lastHere >= this.#total - this.#count;
  }

  at(now: number): DistantPast {
    const messages: PastMessage[] = [];
    for (let i = this.#total - this.#count; i < this.#total; i++) {
      const at = STRIDE * (i % KEPT);
      const code = this.#ring[at] as number;
      messages.push({
        prefix: Math.floor(code / 2),
        age: now - (this.#ring[at + 1] as number),
        wasHere: code % 2 === 1,
      });
    }
    return { messages, reach: now - this.#droppedAt };
  }

  #grow(): void {
    const larger = new Float64Array(2 * this.#ring.length);
    larger.set(this.#ring);
    this.#ring = larger;
  }
}
