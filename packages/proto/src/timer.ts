import type { PeerId } from './peer-id.js';
import type { MessageId } from './wire/message-id.js';
import type { TopicId } from './wire/topic-id.js';

/** What a timer is for. */
export type TimerTask<P extends PeerId> =
  /** Offer some of our nodes to a random part of the swarm. */
  | { readonly type: 'shuffle' }
  /** Look around: for other members soon after the swarm has let us in, for lost neighbors after many were lost at once. Only in the `hardened` mode. */
  | { readonly type: 'askForMembers' }
  /** Give up on a peer that has not answered our neighbor request. `request` tells one request to a peer from the next. */
  | { readonly type: 'neighborRequest'; readonly peer: P; readonly request: number }
  /** Ask the next candidate to become a neighbor. Only in the `hardened` mode. */
  | { readonly type: 'refill' }
  /** Ask for a payload that was announced and has not arrived. */
  | { readonly type: 'sendGraft'; readonly id: MessageId }
  /** Send the queued announcements. */
  | { readonly type: 'dispatchLazyPush' }
  /** Drop what has been kept long enough. */
  | { readonly type: 'evictCache' }
  /** Announce the next part of the cache to a peer. Only in the `hardened` mode. */
  | { readonly type: 'announceCache'; readonly peer: P };

/**
 * A timer of one topic. Opaque to the host: it comes with `scheduleTimer` and goes back with `timerExpired`.
 *
 * `generation` counts how often the topic had been joined when the timer was scheduled, so that a topic that is left and
 * joined again does not inherit timers.
 */
export interface Timer<P extends PeerId> {
  readonly topic: TopicId;
  readonly generation: number;
  readonly task: TimerTask<P>;
}
