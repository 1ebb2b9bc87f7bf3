import { anInteger } from '@grapevine/proto/check';
import { aGenerator, aNetwork, anOverlay } from './checks.js';
import type { Network } from './network.js';
import type { WordSource } from './uniform.js';
import { rangeU32 } from './uniform.js';

/**
 * The graph of active views: for each node in the topic, its active neighbors that are in the topic too. Its nodes are numbered from 0 without gaps.
 */
export interface Overlay {
  /** The node behind each index. */
  readonly peers: readonly number[];
  /** The neighbors of each index, as indices. */
  readonly links: readonly (readonly number[])[];
}

/** The overlay of active views as it is now. */
export function overlayOf(network: Network): Overlay {
  aNetwork('network', network);
  const peers = network.members();
  const indices = new Map(peers.map((peer, index) => [peer, index]));
  const links = peers.map((peer) =>
    network.neighbors(peer).flatMap((neighbor) => {
      const index = indices.get(neighbor);
      return index === undefined ? [] : [index];
    }),
  );
  return { peers, links };
}

/** How many nodes are in the active views of how many others: index = in-degree, value = nodes. */
export function inDegrees(overlay: Overlay): number[] {
  anOverlay('overlay', overlay);
  const { links } = overlay;
  const degrees = new Array<number>(links.length).fill(0);
  for (const neighbors of links) for (const neighbor of neighbors) degrees[neighbor] = (degrees[neighbor] ?? 0) + 1;
  const histogram: number[] = [];
  for (const degree of degrees) {
    while (histogram.length <= degree) histogram.push(0);
    histogram[degree] = (histogram[degree] ?? 0) + 1;
  }
  return histogram;
}

/** The clustering coefficient: of all pairs of a node's neighbors, the share that are linked; averaged over nodes. */
export function clustering(overlay: Overlay): number {
  anOverlay('overlay', overlay);
  const { links } = overlay;
  if (links.length === 0) return 0;
  let sum = 0;
  for (const neighbors of links) {
    if (neighbors.length < 2) continue;
    let linked = 0;
    for (const a of neighbors) for (const b of neighbors) if (a < b && areLinked(links, a, b)) linked++;
    sum += linked / ((neighbors.length * (neighbors.length - 1)) / 2);
  }
  return sum / links.length;
}

function areLinked(links: Overlay['links'], a: number, b: number): boolean {
  return (links[a]?.includes(b) ?? false) || (links[b]?.includes(a) ?? false);
}

/** The largest overlay in which {@link averageShortestPath} looks at all pairs, in nodes. */
export const EXACT_PATHS_UP_TO = 5_000;
/** Starting points that it samples in a larger overlay. */
const PATH_SAMPLES = 500;

/**
 * The mean length in hops of the shortest paths between nodes that can reach each other: over all pairs up to 5,000 nodes, from 500 random starting
 * points above.
 *
 * @param rng - Chooses the starting points. Not the network's own generator, which would change its run.
 */
export function averageShortestPath(overlay: Overlay, rng: WordSource): number {
  anOverlay('overlay', overlay);
  aGenerator('rng', rng);
  const { links } = overlay;
  const count = links.length;
  const isSampled = count > EXACT_PATHS_UP_TO;
  const starts = isSampled ? PATH_SAMPLES : count;
  let sum = 0;
  let ways = 0;
  for (let i = 0; i < starts; i++) {
    const hops = hopsFrom(links, isSampled ? rangeU32(rng, 0, count) : i);
    for (const distance of hops) {
      if (distance <= 0) continue;
      sum += distance;
      ways++;
    }
  }
  return ways === 0 ? 0 : sum / ways;
}

/** The sizes of the connected components, the largest first. A link counts in both directions. */
export function componentSizes(overlay: Overlay): number[] {
  anOverlay('overlay', overlay);
  const { links } = overlay;
  const both = links.map((neighbors) => [...neighbors]);
  for (const [index, neighbors] of links.entries()) for (const neighbor of neighbors) both[neighbor]?.push(index);
  const seen = new Uint8Array(links.length);
  const sizes: number[] = [];
  for (let start = 0; start < links.length; start++) {
    if (seen[start] === 1) continue;
    seen[start] = 1;
    const group = [start];
    for (const index of group) {
      for (const neighbor of both[index] ?? []) {
        if (seen[neighbor] === 1) continue;
        seen[neighbor] = 1;
        group.push(neighbor);
      }
    }
    sizes.push(group.length);
  }
  return sizes.sort((a, b) => b - a);
}

/** What a broadcast over all links of the overlay costs and reaches: the flooding that the papers compare with. */
export interface Flood {
  /** How many nodes get it, the publisher included. */
  readonly reached: number;
  /** How many messages are received. */
  readonly payloads: number;
  /** Hops to the last delivery. */
  readonly lastHop: number;
}

/** Floods from one index of the overlay: everybody passes on to all neighbors but the one that it came from. */
export function flood(overlay: Overlay, start: number): Flood {
  anOverlay('overlay', overlay);
  const { links } = overlay;
  anInteger(0, links.length - 1)('start', start);
  const hops = hopsFrom(links, start);
  let reached = 0;
  let payloads = 0;
  let lastHop = 0;
  for (const [index, distance] of hops.entries()) {
    if (distance < 0) continue;
    reached++;
    if (distance > lastHop) lastHop = distance;
    payloads += (links[index]?.length ?? 0) - (index === start ? 0 : 1);
  }
  return { reached, payloads, lastHop };
}

/** The hops from one index to each; -1 where there is no path. */
function hopsFrom(links: Overlay['links'], start: number): Int32Array {
  const hops = new Int32Array(links.length).fill(-1);
  const queue = new Int32Array(links.length);
  hops[start] = 0;
  queue[0] = start;
  let length = 1;
  for (let at = 0; at < length; at++) {
    const index = queue[at] as number;
    for (const neighbor of links[index] as readonly number[]) {
      if (hops[neighbor] !== -1) continue;
      hops[neighbor] = (hops[index] as number) + 1;
      queue[length++] = neighbor;
    }
  }
  return hops;
}
