import type { LossEntry, MessageId } from '@grapevine/proto';
import type { KeySet } from '@grapevine/proto/reconciliation';
import type { Clock } from '../../util/clock.js';
import { type Entry, isPayload } from './entries.js';
import { Violation } from './errors.js';
import type { FrameChannel } from './frame-channel.js';
import { type Frame, IDS_PER_FRAME, unpackKeys } from './frames.js';
import { Pacer } from './pacer.js';

/** Ids that are hashed or looked up, or keys that are sorted, before anybody looks at the clock. */
export const IDS_PER_LOOK = 200;

/** What a peer asks for in a session, and the sending of it: in slices with rests. */
export class Serving {
  readonly #channel: FrameChannel;
  readonly #clock: Clock;
  readonly #pacer: Pacer;
  /** When the ages in the window were true. */
  readonly #takenAt: number;
  readonly #asked = new Set<number>();
  #wishes = 0;
  #isComplete = false;

  constructor(channel: FrameChannel, clock: Clock) {
    this.#channel = channel;
    this.#clock = clock;
    this.#pacer = new Pacer(clock);
    this.#takenAt = clock.now();
  }

  /**
   * Notes some of what the peer wants. @returns whether that was all @throws Violation when it wants more than there is, or goes on after the last
   */
  ask({ keys: packed, last }: Extract<Frame, { type: 'want' }>, set: KeySet): boolean {
    const keys = unpackKeys(packed);
    if (this.#isComplete || !keys) throw new Violation('bad-message', 'a wish after the last, or a broken one');
    this.#wishes += keys.length;
    if (this.#wishes > set.size) throw new Violation('bad-message', 'a wish for more than there is');
    for (const key of keys) this.#asked.add(key);
    this.#isComplete = last;
    return last;
  }

  /**
   * Sends what was asked for, oldest first. A payload that is too long for the peer is named as gone: sending it would end the session, and nothing
   * behind it would ever get through.
   */
  async serve(set: KeySet, entries: readonly Entry[], limit: number): Promise<void> {
    const gone: MessageId[] = [];
    const lost: LossEntry[] = [];
    for (let first = 0; first < entries.length; first += IDS_PER_LOOK) {
      const positions = this.#pacer.work(() => set.positionsOf(this.#asked, first, first + IDS_PER_LOOK));
      await this.#pacer.spent(0);
      for (const position of positions) {
        const entry = entries[position] as Entry;
        const age = Math.round(entry.age + this.#clock.now() - this.#takenAt);
        if (!isPayload(entry)) {
          if (lost.push({ id: entry.id, age }) === IDS_PER_FRAME)
            await this.#send({ type: 'lost', losses: lost.splice(0) });
          continue;
        }
        const { id, content, round } = entry;
        if (content === undefined || content.length > limit) {
          if (gone.push(id) === IDS_PER_FRAME) await this.#send({ type: 'gone', ids: gone.splice(0) });
          continue;
        }
        await this.#send({ type: 'payload', age, round, content });
      }
    }
    if (gone.length > 0) await this.#send({ type: 'gone', ids: gone });
    if (lost.length > 0) await this.#send({ type: 'lost', losses: lost });
  }

  /** Ends a rest at once. */
  stop(): void {
    this.#pacer.stop();
  }

  async #send(frame: Frame): Promise<void> {
    const length = this.#pacer.work(() => this.#channel.post(frame));
    await this.#channel.room();
    await this.#pacer.spent(length);
  }
}
