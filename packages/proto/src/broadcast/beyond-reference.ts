import type { ReconcileReason } from '../event.js';
import type { PeerId } from '../peer-id.js';
import type { MessageId } from '../wire/message-id.js';
import { type DistantPast, NO_DISTANT_PAST } from './distant-past.js';
import type { LossEntry } from './told-losses.js';

const NOTHING: readonly never[] = [];

/** What its sender says about a payload that was fetched from it. */
export interface RecoveredFrom {
  readonly round: number;
  readonly age: number;
}

/**
 * What the reference knows nothing of, although hosts tell it or the broadcast layer notices it: links that lose messages, and ways around the tree.
 * All of it is ignored here, as in the reference.
 */
export abstract class BeyondReference<P extends PeerId> {
  /** Messages to or from a peer may be lost. */
  linkGap(_peer: P, _reason: ReconcileReason): void {}

  /** A payload that was fetched from a peer. */
  recovered(_from: P, _content: Uint8Array, _source: RecoveredFrom, _now: number): void {}

  /** A payload that the application rejects. */
  discard(_content: Uint8Array, _from: P, _now: number): void {}

  /** Payloads that a peer knows and does not have any more. */
  unavailable(_from: P, _ids: readonly MessageId[], _now: number): void {}

  /** Payloads that a peer knows to be lost. */
  lossesReported(_from: P, _losses: readonly LossEntry[], _now: number): void {}

  /** The payloads that have been told lost here. */
  losses(_now: number): Iterable<LossEntry> {
    return NOTHING;
  }

  /** The last messages that were known here, however long ago. */
  past(_now: number): DistantPast {
    return NO_DISTANT_PAST;
  }

  /** Neighbors that take nothing at the moment. */
  stalled(_peers: readonly P[], _now: number): void {}

  /** A peer is to be told of everything that is cached. */
  announceCache(_peer: P, _now: number): void {}

  announceTimerExpired(_peer: P): void {}

  /** A peer has been asked for a payload. */
  protected requested(_peer: P, _now: number): void {}

  /** A payload of our own is on its way. */
  protected published(_id: MessageId, _now: number): void {}
}
