import type { EndpointId } from '../../identity/endpoint-id.js';
import { CloseCode } from '../close-code.js';
import type { ResolvedGossipOptions } from '../options.js';
import type { MessageLimits } from './message-limits.js';
import { Peer } from './peer.js';
import type { PressureGauge } from './pressure.js';

/** What all peers work with. */
export interface PeerParts {
  readonly me: EndpointId;
  readonly options: ResolvedGossipOptions;
  readonly limits: MessageLimits;
  readonly pressure: PressureGauge;
  /** A newer connection is in use: what was under way on the old one may be lost. */
  linkReplaced(peer: EndpointId): void;
  /** Messages to a peer were dropped, and there is space again. */
  overflowed(peer: EndpointId): void;
  /** Messages were longer than a peer takes. */
  withheld(peer: EndpointId): void;
}

/** A peer without connections, as the node's settings want it. */
export function newPeer(id: EndpointId, parts: PeerParts): Peer {
  const { me, options, limits, pressure } = parts;
  const { clock, metrics, queueHighWaterMark, tooSlowAfterMs, closeTimeoutMs, idleLinkMs } = options;
  return new Peer({
    id,
    me,
    clock,
    highWaterMark: queueHighWaterMark,
    tooSlowAfterMs,
    closeTimeoutMs,
    settledAfterMs: idleLinkMs,
    limit: () => limits.of(id),
    onQueued: (queuedBytes) => pressure.report(id, queuedBytes),
    onTooSlow: (slow) => dropSlow(slow, options),
    onDegraded: () => metrics.degraded(),
    onDropped: (reason, count) => metrics.dropped(reason, count),
    onReplaced: () => parts.linkReplaced(id),
    onGap: () => parts.overflowed(id),
    onWithheld: () => parts.withheld(id),
  });
}

function dropSlow({ id, queuedBytes, links }: Peer, { metrics, logger, tooSlowAfterMs }: ResolvedGossipOptions): void {
  metrics.dropped('too-slow');
  logger.warn({ peer: id, queuedBytes }, 'dropping a peer that takes data too slowly');
  links.closeAll(CloseCode.tooSlow, `next to nothing of ${queuedBytes} bytes was taken for ${tooSlowAfterMs} ms`);
}
