import { GossipError } from '../errors.js';
import { type EndpointId, shortId } from '../identity/endpoint-id.js';

/** A peer that was asked to let us into a topic, and what came of it. */
export interface TriedPeer {
  readonly id: EndpointId;
  /** Failed dials in a row; 0 while none has failed. */
  readonly dialFailures: number;
  /** The error of the last one. */
  readonly lastDialError: string | undefined;
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
    super(`no neighbor in time: ${describeTried(tried)}`, options);
  }
}

function describeTried(tried: readonly TriedPeer[]): string {
  if (tried.length === 0) return 'no peer of the topic is known; give bootstrap peers, or wait for others to join';
  const named = tried.slice(0, NAMED_PEERS).map(({ id, dialFailures, lastDialError }) => {
    if (lastDialError === undefined) return `${shortId(id)} has not answered`;
    return `${shortId(id)} could not be reached (${dialFailures}x, last: ${lastDialError})`;
  });
  const others = tried.length - named.length;
  return others > 0 ? `${named.join('; ')}; and ${others} more` : named.join('; ');
}
