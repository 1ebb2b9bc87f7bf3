import type { Senders } from './tree.js';

/** The figures of DI-FCUL TR-07-13 and TR-07-14, all for 10,000 nodes. Those "read off" come from curves: ±0.1 % of the axis. */
export const PUBLISHED_NODES = 10_000;

/** TR-07-13: the overlay after 50 cycles. */
export const PUBLISHED_OVERLAYS = [
  { name: 'Cyclon (view 35)', clustering: 0.006836, averageShortestPath: 2.60426, hopsToLastDelivery: 10.6 },
  { name: 'Scamp (c = 4)', clustering: 0.022476, averageShortestPath: 3.35398, hopsToLastDelivery: 14.1 },
  { name: 'HyParView', clustering: 0.00092, averageShortestPath: 6.38542, hopsToLastDelivery: 9.0 },
] as const;

/** TR-07-13, read off: how many nodes have the in-degrees 4 and 5; "a handful" have fewer. */
export const PUBLISHED_IN_DEGREES: ReadonlyMap<number, number> = new Map([
  [4, 11],
  [5, 9_980],
]);

/** TR-07-13, read off: the mean reliability in percent of 1,000 messages, by the percentage of nodes that failed. */
export const PUBLISHED_RELIABILITY = {
  HyParView: [
    [10, 100],
    [20, 100],
    [30, 100],
    [40, 100],
    [50, 100],
    [60, 100],
    [70, 100],
    [80, 100],
    [90, 100],
    [95, 90.8],
  ],
  Cyclon: [
    [50, 73],
    [70, 12],
  ],
  Scamp: [
    [50, 66],
    [70, 4],
  ],
} as const satisfies Record<string, readonly (readonly [percent: number, reliability: number])[]>;

/** TR-07-14: messages received at cycle 100 by flooding. */
export const PUBLISHED_FLOOD = { payload: 39_984, control: 0 } as const;

/** TR-07-14: a tree without and with optimization. Messages received at cycle 100; the last delivery hop once settled, read off. */
export const PUBLISHED_TREES = {
  's-s': [
    { name: 'Plumtree', payload: 9_999, control: 29_987, ldh: '10.0' },
    { name: 'Plumtree, optimized', payload: 9_999, control: 29_989, ldh: '8.33' },
  ],
  'm-s': [
    { name: 'Plumtree', payload: 9_999, control: 29_990, ldh: '57–61' },
    { name: 'Plumtree, optimized', payload: 9_999, control: 38_976, ldh: '17.2' },
  ],
} as const satisfies Record<Senders, unknown>;

/** TR-07-14, read off: the relative message redundancy of flooding, and of Plumtree in cycles 0 to 3. */
export const PUBLISHED_FLOOD_RMR = 3;
export const PUBLISHED_RMR = [2.03, 0.89, 0.04, 0.017] as const;

/** TR-07-14, read off: the last delivery hop once settled. */
export const PUBLISHED_FLOOD_LDH = 8.85;
