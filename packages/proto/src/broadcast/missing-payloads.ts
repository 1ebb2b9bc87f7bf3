import type { LossReason } from '../event.js';
import type { IHaveEntry } from '../wire/message.js';
import type { MessageId } from '../wire/message-id.js';
import type { RootTag } from '../wire/root-tag.js';

/** Somebody who says that they can deliver a payload, `round` hops from its publisher. */
export interface Announcement<P> {
  readonly peer: P;
  readonly round: number;
  /** When they said so. */
  readonly time: number;
}

/** Whom to ask for a payload now, and how long to wait before asking again. */
export interface GraftRequest<P> {
  readonly peer: P;
  readonly round: number;
  /** The tree that the peer has named; the reference has none. */
  readonly tag?: RootTag | undefined;
  readonly delay: number;
}

/** A payload that does not come any more. */
export interface LostPayload<P> {
  readonly id: MessageId;
  /** When we first heard of it, and from whom. */
  readonly since: number;
  readonly by: P;
  readonly reason: LossReason;
}

/** Payloads that have been announced and have not arrived, and what to do about them. */
export interface MissingPayloads<P> {
  /** How many payloads are missing. */
  readonly size: number;
  /** Notes an announcement. @returns the delay of the timer that must be started for this payload, if one must */
  announced(entry: IHaveEntry, peer: P, now: number, wait?: number): number | undefined;
  /** A timer for this payload has run out. */
  timerExpired(id: MessageId): void;
  /** Chooses whom to ask next; `undefined` when there is nobody. With a request, a timer of its delay must be started. */
  nextRequest(id: MessageId, now: number): GraftRequest<P> | undefined;
  /** Whether a peer has announced a missing payload, and so has it. */
  isHeldBy(id: MessageId, peer: P): boolean;
  /**
   * The payload is here: forgets it and returns the announcements that nobody has been asked about.
   *
   * @param from - Who sent it; `undefined` when it came by another way than a payload message.
   */
  arrived(id: MessageId, from: P | undefined, now: number): readonly Announcement<P>[];
  /** A peer is gone. */
  forget(peer: P): void;
  /** Forgets everything. */
  clear(): void;
}
