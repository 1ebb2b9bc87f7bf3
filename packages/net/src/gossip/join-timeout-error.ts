import { GossipError } from '../errors.js';
import { type EndpointId, shortId } from '../identity/endpoint-id.js';

/** A peer that was asked to let us into a topic, and what came of it. */
export interface TriedPeer {
  readonly id: EndpointId;
  /** Failed dials in a row; 0 while none has failed. */
  readonly dialFailures: number;
  /** The error of the last one. */
  readonly lastDialError: string | undefined;
  /**
   * Whether it was a neighbor a moment ago that announced messages and did not send them. Such a peer is asked again after a while: after ten seconds
   * where the topic has no other neighbor, after a minute where it has, and at once when it is given to `joinPeers`.
   */
  readonly isDismissed?: boolean;
  /** Whether it has not been asked yet, because it allows no more streams at once and other topics have them all. */
  readonly waitsForStream?: boolean;
}

/** Peers that the message of a {@link JoinTimeoutError} names. */
const NAMED_PEERS = 4;

/** Waiting for the first neighbor of a topic took longer than the caller's signal allowed. The node goes on trying. */
export class JoinTimeoutError extends GossipError {
  readonly code = 'ERR_JOIN_TIMEOUT';
  constructor(
    /** Whom the topic has asked so far: bootstrap peers first, at most 16. */
    readonly tried: readonly TriedPeer[],
    /** The reason of the signal: a `TimeoutError`. */
    options: { cause?: unknown } = {},
  ) {
    const why = tried.find(({ lastDialError }) => lastDialError)?.lastDialError;
    super(`no neighbor in time: ${describeTried(tried)}`, why ? { cause: new Error(why, options) } : options);
  }
}

function describeTried(tried: readonly TriedPeer[]): string {
  if (tried.length === 0) return 'no peer of the topic is known; give bootstrap peers, or wait for others to join';
  const named = tried.slice(0, NAMED_PEERS).map(({ id, dialFailures, lastDialError, isDismissed, waitsForStream }) => {
    if (isDismissed) return `${shortId(id)} was dismissed: it did not send what it announced`;
    if (waitsForStream) return `${shortId(id)} allows no more streams: leave another topic, or use another peer`;
    if (lastDialError === undefined) return `${shortId(id)} has not answered`;
    return `${shortId(id)} could not be reached (${dialFailures}x, last: ${lastDialError})`;
  });
  const others = tried.length - named.length;
  if (others > 0) named.push(`and ${others} more`);
  return named.join('; ');
}
