import type { MessageId } from './message-id.js';

/** Somebody who says that they can deliver a payload, `round` hops from its publisher. */
export interface Announcement<P> {
  readonly peer: P;
  readonly round: number;
}

/** Whom to ask for a payload now, and how long to wait before asking again. */
export interface GraftRequest<P> extends Announcement<P> {
  readonly delay: number;
}

/** Payloads that have been announced and have not arrived, and what to do about them. */
export interface MissingPayloads<P> {
  /** How many payloads are missing. */
  readonly size: number;
  /** Notes an announcement; true when a timer for this payload must be started. */
  announced(id: MessageId, peer: P, round: number): boolean;
  /** A timer for this payload has run out. */
  timerExpired(id: MessageId): void;
  /** Chooses whom to ask next; `undefined` when there is nobody. With a request, a timer of its delay must be started. */
  nextRequest(id: MessageId): GraftRequest<P> | undefined;
  /** The payload is here: forgets it and returns the announcements that nobody has been asked about. */
  arrived(id: MessageId): readonly Announcement<P>[];
  /** A peer is gone. */
  forget(peer: P): void;
}
