import {
  type DistantPast,
  type LossEntry,
  type MessageId,
  messageIdToBytes,
  type PastMessage,
  type TopicId,
  type WindowEntry,
} from '@grapevine/proto';
import {
  type KeySet,
  KeySetBuilder,
  Reconciliation,
  ReconciliationError,
  saltOf,
} from '@grapevine/proto/reconciliation';
import type { Clock } from '../../util/clock.js';
import { SessionCode } from './close-code.js';
import { type Entry, entriesOf, keyBytes } from './entries.js';
import { SessionEnded, Violation } from './errors.js';
import type { FrameChannel } from './frame-channel.js';
import { type Frame, KEYS_PER_FRAME, packKeys } from './frames.js';
import { Pacer } from './pacer.js';
import { pastFrame, type UnknownMessage, unknownPast } from './past.js';
import { IDS_PER_LOOK, Serving } from './serving.js';
import type { Turns } from './turns.js';

/** How long a session waits for its turn to fetch. After that it fetches what it lacks, even if another peer is sending the same. */
const TURN_MS = 10_000;

/** Payloads beyond those that were asked for: two ids may have one key. */
const EXTRA_PAYLOADS = 16;

/** A payload that the peer had and we had not. */
export interface RecoveredPayload {
  readonly content: Uint8Array;
  readonly round: number;
  readonly age: number;
}

/** What a session needs of its node. */
export interface SessionHost {
  readonly clock: Clock;
  /** The payloads that are here now, to be walked through in slices. */
  window(topic: TopicId): Iterable<WindowEntry>;
  /** Payloads that were here, and whose time is over, to be walked through in slices. */
  expired(topic: TopicId): Iterable<LossEntry>;
  /** Payloads that subscribers were told are lost, to be walked through in slices. */
  losses(topic: TopicId): Iterable<LossEntry>;
  /** All ids that are known, those of the window among them. */
  seenIds(topic: TopicId): Iterable<MessageId>;
  /** In one topic this node fetches from one peer at a time. */
  readonly turns: Turns;
  recovered(topic: TopicId, payload: RecoveredPayload): void;
  unavailable(topic: TopicId, ids: readonly MessageId[]): void;
  lossesReported(topic: TopicId, losses: readonly LossEntry[]): void;
  /** The last messages that were known. */
  past(topic: TopicId): DistantPast;
  /** What others have named and is not known here. */
  foreignPast(topic: TopicId): readonly PastMessage[];
  /** From which age on payloads are in none of these but the past, in milliseconds. */
  readonly forgottenAfterMs: number;
  /** What earlier pasts have named and was not known then. */
  suspects(topic: TopicId): readonly UnknownMessage[];
  /** The payloads that the peer has had and we do not know, and that are compared no more, with all suspects that are still unknown. Ages are in milliseconds. */
  missedLongAgo(topic: TopicId, unknown: readonly UnknownMessage[]): void;
}

/** What is compared. */
export interface SessionScope {
  readonly topic: TopicId;
  /** Payloads younger than this (milliseconds) are left out on both sides. */
  readonly youngerThan: number;
}

/**
 * One comparison of a topic's window and losses with a peer's, and the exchange of what is lacking, over one stream.
 *
 * Each side sends what it is asked for while it takes what it has asked for, both in slices with rests.
 */
export class Session {
  readonly scope: SessionScope;
  readonly #channel: FrameChannel;
  readonly #host: SessionHost;
  readonly #serving: Serving;
  readonly #handling: Pacer;
  readonly #all: Iterable<Entry>;
  /** What is compared, in the order in which the ids were added to the key set. */
  readonly #entries: Entry[] = [];
  #answered = false;
  #wanted: number | undefined;
  #taken = 0;
  #wanting: Promise<void> | undefined;
  #served: Promise<void> | undefined;
  #hasPast = false;
  /** Ends our turn to fetch, or waiting for it. */
  #endTurn: (() => void) | undefined;

  /** Takes the window as it is now. */
  constructor(scope: SessionScope, channel: FrameChannel, host: SessionHost) {
    this.scope = scope;
    this.#channel = channel;
    this.#host = host;
    this.#serving = new Serving(channel, host.clock);
    this.#handling = new Pacer(host.clock);
    this.#all = entriesOf(host.window(scope.topic), host.expired(scope.topic), host.losses(scope.topic));
  }

  /** Whether the peer has said anything. */
  get answered(): boolean {
    return this.#answered;
  }

  /** Begins, and goes on to the end. @returns whether nothing was overlooked @throws Violation, SessionEnded, or what the stream throws */
  async begin(salt: Uint8Array): Promise<boolean> {
    const { topic, youngerThan } = this.scope;
    const set = await this.#build(salt);
    const comparison = Reconciliation.begin(set);
    this.#channel.post({ type: 'open', topic, youngerThan, opening: comparison.opening() });
    return this.#converse(set, comparison);
  }

  /** Answers, and goes on to the end. @returns and @throws as {@link Session.begin} */
  async answer(opening: Uint8Array): Promise<boolean> {
    const set = await this.#build(guarded(() => saltOf(opening)));
    const comparison = Reconciliation.answer(set);
    await this.#compare(set, comparison, opening);
    return this.#converse(set, comparison);
  }

  /** Gives up. */
  cancel(code: number, why: string): void {
    this.#channel.cancel(code, why);
    this.#serving.stop();
    this.#handling.stop();
  }

  async #converse(set: KeySet, comparison: Reconciliation): Promise<boolean> {
    const { topic } = this.scope;
    const messages = this.#host.past(topic).messages.concat(this.#host.foreignPast(topic));
    const past = pastFrame(messages, this.#host.forgottenAfterMs);
    if (past) this.#channel.post(past);
    try {
      return await this.#exchange(set, comparison);
    } finally {
      this.#endTurn?.();
    }
  }

  async #exchange(set: KeySet, comparison: Reconciliation): Promise<boolean> {
    for (let frame = await this.#channel.next(); frame; frame = await this.#channel.next()) {
      this.#answered = true;
      await this.#take(frame, set, comparison);
    }
    if (this.#wanted === undefined || !this.#served || this.#taken < this.#wanted) {
      throw new SessionEnded(SessionCode.cancelled, 'the peer ended the session before its time');
    }
    await this.#served;
    await this.#channel.acknowledged();
    return comparison.difference().exact;
  }

  async #take(frame: Frame, set: KeySet, comparison: Reconciliation): Promise<void> {
    switch (frame.type) {
      case 'open':
        throw new Violation('bad-message', 'a session is opened once');
      case 'compare':
        return this.#compare(set, comparison, frame.frame);
      case 'want':
        return this.#onWant(frame, set, comparison);
      case 'payload': {
        const { age, round } = frame;
        this.#count(1);
        // The frame is a view: a small payload must not keep a large chunk alive. (`slice` of a Buffer would be a view.)
        const content = new Uint8Array(frame.content);
        this.#handling.work(() => this.#host.recovered(this.scope.topic, { content, round, age }));
        return this.#handling.spent(frame.content.length);
      }
      case 'gone':
        this.#count(frame.ids.length);
        this.#host.unavailable(this.scope.topic, frame.ids);
        return;
      case 'lost':
        this.#count(frame.losses.length);
        this.#host.lossesReported(this.scope.topic, frame.losses);
        return;
      case 'past':
        return this.#onPast(frame);
    }
  }

  async #onPast(frame: Extract<Frame, { type: 'past' }>): Promise<void> {
    const { topic } = this.scope;
    if (this.#hasPast) throw new Violation('bad-message', 'the past is told once');
    this.#hasPast = true;
    const { forgottenAfterMs } = this.#host;
    const suspects = this.#host.suspects(topic);
    const search = unknownPast(frame, this.#host.past(topic), forgottenAfterMs, suspects, () =>
      this.#host.seenIds(topic),
    );
    const look = () => this.#handling.work(() => search.next());
    let result = look();
    for (; !result.done; result = look()) await this.#handling.spent(0);
    if (result.value.length + suspects.length > 0) this.#host.missedLongAgo(topic, result.value);
  }

  /** Nothing is taken that was not asked for. */
  #count(payloads: number): void {
    this.#taken += payloads;
    if (!this.#wanted || this.#taken > this.#wanted + EXTRA_PAYLOADS) {
      throw new Violation('bad-message', 'more payloads than were asked for');
    }
    this.#endTurnWhenDone();
  }

  // Comparing.

  /** The window and the losses as keys of this session. */
  async #build(salt: Uint8Array): Promise<KeySet> {
    const builder = new KeySetBuilder(salt);
    const pacer = this.#handling;
    const entries = this.#all[Symbol.iterator]();
    const add = () => {
      for (let i = 0; i < IDS_PER_LOOK; i++) {
        const { done, value } = entries.next();
        if (done) return false;
        if (value.age < this.scope.youngerThan) continue;
        this.#entries.push(value);
        builder.add(keyBytes(value));
      }
      return true;
    };
    while (pacer.work(add)) await pacer.spent(0);
    while (!pacer.work(() => builder.step(IDS_PER_LOOK))) await pacer.spent(0);
    return builder.build();
  }

  /** Answers do not wait until the peer reads: if both sides sent much and waited for that, neither would read. The sets bound them. */
  async #compare(set: KeySet, comparison: Reconciliation, frame: Uint8Array): Promise<void> {
    const answers = comparison.receive(frame);
    const answer = () => this.#handling.work(() => guarded(() => answers.next()));
    for (let next = answer(); !next.done; next = answer()) {
      await this.#handling.spent(this.#channel.post({ type: 'compare', frame: next.value }));
    }
    if (comparison.settled) this.#wanting = this.#want(set, comparison).catch(() => {}); // the reading side meets the same error
  }

  /** Asks for what the peer has and we have never had, once no other peer is about to send it. */
  async #want(set: KeySet, comparison: Reconciliation): Promise<void> {
    const { lacking } = comparison.difference();
    if (lacking.length > 0) await this.#turn();
    const keys = await this.#unseen(set, lacking);
    this.#wanted = keys.length;
    this.#endTurnWhenDone();
    for (let first = 0; ; first += KEYS_PER_FRAME) {
      const last = first + KEYS_PER_FRAME >= keys.length;
      const { limit } = this.#channel;
      this.#channel.post({ type: 'want', last, limit, keys: packKeys(keys.slice(first, first + KEYS_PER_FRAME)) });
      if (last) return;
    }
  }

  async #turn(): Promise<void> {
    const { clock, turns } = this.#host;
    const { come, done } = turns.take(this.scope.topic);
    await new Promise<void>((resolve) => {
      const timer = clock.setTimer(resolve, TURN_MS);
      this.#endTurn = () => {
        timer.cancel();
        done();
        resolve();
      };
      void come.then(() => {
        timer.cancel();
        resolve();
      });
    });
  }

  #endTurnWhenDone(): void {
    if (this.#wanted !== undefined && this.#taken >= this.#wanted) this.#endTurn?.();
  }

  /**
   * Leaves out what we have seen: some payloads left our window just before they left the peer's. All seen ids are hashed for it, so it happens only
   * where something is unknown.
   */
  async #unseen(set: KeySet, keys: readonly number[]): Promise<readonly number[]> {
    if (keys.length === 0) return keys;
    const unseen = new Set(keys);
    const pacer = this.#handling;
    const ids = this.#host.seenIds(this.scope.topic)[Symbol.iterator]();
    const forget = () => {
      for (let i = 0; i < IDS_PER_LOOK; i++) {
        const { done, value } = ids.next();
        if (done) return false;
        unseen.delete(set.keyOf(messageIdToBytes(value)));
      }
      return true;
    };
    while (pacer.work(forget)) await pacer.spent(0);
    return [...unseen];
  }

  #onWant(frame: Extract<Frame, { type: 'want' }>, set: KeySet, comparison: Reconciliation): void {
    if (!comparison.settled) throw new Violation('bad-message', 'a wish before the comparison is settled');
    if (!this.#serving.ask(frame, set)) return;
    this.#served = this.#serving
      .serve(set, this.#entries, frame.limit)
      .then(() => this.#wanting)
      .then(() => this.#channel.finish())
      .catch(() => {}); // the reading side meets the same error
  }
}

/** A fault of the peer in the comparison counts as any other violation. */
function guarded<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof ReconciliationError) throw new Violation('bad-message', error.message);
    throw error;
  }
}
