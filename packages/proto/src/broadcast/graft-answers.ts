import type { PeerId } from '../peer-id.js';
import { LazyMap } from '../structures/lazy.js';
import type { MessageId } from '../wire/message-id.js';

/** Answers that are remembered. Where there would be more within the interval, the rest goes unanswered: the peers ask again. */
const MAX_ANSWERS = 65_536;

/** Each payload is sent to a peer that asks for it once within an interval: asking takes 40 bytes, the answer may take a hundred times as many. */
export class GraftAnswers<P extends PeerId> {
  /** When a payload was last sent to a peer, oldest first. */
  readonly #answered = new LazyMap<string, number>();
  readonly #interval: number;

  constructor(interval: number) {
    this.#interval = interval;
  }

  /** Whether a peer is sent a payload now; if so, it is remembered. */
  admit(peer: P, id: MessageId, now: number): boolean {
    this.expireUntil(now);
    const key = `${id}${peer}`; // ids have the same length
    if (this.#answered.has(key) || this.#answered.size >= MAX_ANSWERS) return false;
    this.#answered.set(key, now);
    return true;
  }

  /** Forgets the answers that are old enough. */
  expireUntil(now: number): void {
    for (const [key, at] of this.#answered) {
      if (now - at < this.#interval) return;
      this.#answered.delete(key);
    }
  }
}
