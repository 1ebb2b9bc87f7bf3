import type { PeerId } from '../peer-id.js';
import { LazyMap } from '../structures/lazy.js';
import type { MessageId } from '../wire/message-id.js';

/** Answers that are remembered. Where there would be more within the interval, the rest goes unanswered: the peers ask again. */
const MAX_ANSWERS = 65_536;

/** What a peer has been sent within an interval. */
interface Answers {
  readonly since: number;
  count: number;
}

/**
 * A payload is sent only so often within an interval to a peer that asks for it: asking takes 40 bytes, the answer may take a hundred times as
 * many. More than once, because an answer may be lost.
 */
export class GraftAnswers<P extends PeerId> {
  /** By peer and payload, oldest first. */
  readonly #answered = new LazyMap<string, Answers>();
  readonly #interval: number;

  /** @param interval - From the first answer on. */
  constructor(interval: number) {
    this.#interval = interval;
  }

  /** Whether a peer is sent a payload now; if so, it is remembered. @param most - How often within an interval. */
  admit(peer: P, id: MessageId, most: number, now: number): boolean {
    this.expireUntil(now);
    const key = `${id}${peer}`; // ids have the same length
    const answers = this.#answered.get(key);
    if (answers !== undefined) return ++answers.count <= most;
    if (this.#answered.size >= MAX_ANSWERS) return false;
    this.#answered.set(key, { since: now, count: 1 });
    return true;
  }

  /** Forgets the answers that are old enough. */
  expireUntil(now: number): void {
    for (const [key, { since }] of this.#answered) {
      if (now - since < this.#interval) return;
      this.#answered.delete(key);
    }
  }
}
