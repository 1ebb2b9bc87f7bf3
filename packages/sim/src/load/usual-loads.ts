import { MILLISECOND, SECOND } from '../network-config.js';
import type { Load } from './load.js';

/**
 * The default loads under which rules are compared: few and many nodes, rare and frequent payloads, a crash, and publishers whose payloads cross each
 * other on every link.
 */
export const USUAL_LOADS: Readonly<Record<string, Load>> = {
  '20 nodes, 10/s': { nodes: 20, pattern: { type: 'random', perSecond: 10 } },
  '20 nodes, 1,000/s': { nodes: 20, pattern: { type: 'random', perSecond: 1_000 } },
  '100 nodes, 10/s': { nodes: 100, pattern: { type: 'random', perSecond: 10 } },
  '100 nodes, 200/s': { nodes: 100, pattern: { type: 'random', perSecond: 200 } },
  '100 nodes, 50/s, 10 % crash': { nodes: 100, pattern: { type: 'random', perSecond: 50 }, crash: { share: 0.1 } },
  '4 nodes together, 100/s each': {
    nodes: 4,
    pattern: { type: 'together', perSecond: 100 },
    network: { latency: { type: 'static', latency: 0.3 * MILLISECOND } },
  },
  '10 nodes together, 100/s each': {
    nodes: 10,
    pattern: { type: 'together', perSecond: 100 },
    duration: 10 * SECOND,
    network: { latency: { type: 'static', latency: 3 * MILLISECOND } },
  },
};
