import { averageShortestPath, clustering, componentSizes, flood, inDegrees, overlayOf } from '@grapevine/sim';
import type { PaperSwarm } from './paper-swarm.js';

/** The properties of an overlay that TR-07-13 has a table of. */
export interface OverlayReport {
  readonly clustering: number;
  readonly averageShortestPath: number;
  /** The mean over floods from random nodes. */
  readonly hopsToLastDelivery: number;
  /** Payloads that a flood costs, the mean again. */
  readonly floodPayloads: number;
  /** Index = in-degree, value = nodes. */
  readonly inDegrees: readonly number[];
  readonly components: number;
}

const FLOODS = 100;

export function reportOverlay({ network, rng }: PaperSwarm): OverlayReport {
  const overlay = overlayOf(network);
  const floods = Array.from({ length: FLOODS }, () => flood(overlay, randomIndex(rng, overlay.peers.length)));
  return {
    clustering: clustering(overlay),
    averageShortestPath: averageShortestPath(overlay, rng),
    hopsToLastDelivery: floods.reduce((sum, { lastHop }) => sum + lastHop, 0) / FLOODS,
    floodPayloads: floods.reduce((sum, { payloads }) => sum + payloads, 0) / FLOODS,
    inDegrees: inDegrees(overlay),
    components: componentSizes(overlay).length,
  };
}

/** An index below `count`. */
export function randomIndex(rng: PaperSwarm['rng'], count: number): number {
  return Math.floor((rng.nextU32() / 2 ** 32) * count);
}
