import { NO_TRANSPORT_LOSSES, type TransportLosses, type TransportLossReason } from '../transport/losses.js';
import type { EndpointStats } from './core.js';

/** What each number of an endpoint is as a loss; undefined for those that are none. The compiler keeps it complete. */
const REASONS: Readonly<Record<keyof EndpointStats, TransportLossReason | undefined>> = {
  connections: undefined,
  routes: undefined,
  halfOpen: undefined,
  datagramsReceived: undefined,
  datagramsSent: undefined,
  undecodable: 'undecodable',
  droppedBusy: 'busy',
  droppedExcess: 'excess',
  retriesSent: 'unproven',
  resetsSent: 'unknown-connection',
  resetsReceived: 'reset',
  blackHoles: 'black-hole',
  floods: 'flood',
  refusedFlooders: 'flooder',
  refused: 'refused',
  versionNegotiationsSent: 'wrong-version',
};

/** The losses among an endpoint's numbers. */
export function lossesOf(stats: EndpointStats): TransportLosses {
  const losses = { ...NO_TRANSPORT_LOSSES };
  for (const [name, reason] of Object.entries(REASONS)) {
    if (reason !== undefined) losses[reason] = stats[name as keyof EndpointStats];
  }
  return losses;
}
