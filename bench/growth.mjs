// @ts-check
// growth: does a delivery cost more where there are more nodes, topics or neighbors?
import { runProgram } from './lib/program.mjs';
import { rowOfFigures } from './lib/swarm-row.mjs';

const FLAT = 1.25;
const few = { nodes: 10, topics: 1, perSecond: 20, messages: 200, hub: false };
/** In each group, the others are compared with the first. @type {Record<string, typeof few>[]} */
const GROUPS = [
  { '10 nodes': few, '50 nodes': { ...few, nodes: 50 }, '200 nodes': { ...few, nodes: 200, messages: 100 } },
  {
    '3 nodes, 1 topic': { ...few, nodes: 3, perSecond: 200, messages: 2000 },
    '3 nodes, 100 topics': { ...few, nodes: 3, topics: 100, perSecond: 200, messages: 2000 },
    '3 nodes, 10,000 topics': { ...few, nodes: 3, topics: 10_000, perSecond: 200, messages: 2000 },
  },
  {
    'a hub with 5 eager neighbors': { ...few, nodes: 6, messages: 400, hub: true },
    'a hub with 100 eager neighbors': { ...few, nodes: 101, hub: true },
  },
];

export const row = rowOfFigures({
  id: 'growth',
  question: 'CPU a delivery with more nodes, topics and neighbors (smaller is better)',
  unit: 'µs',
  value: 'cpuUs',
  cpuUnit: 'µs CPU a delivery',
  cpu: 'cpuUs',
  columns: [
    { figure: 'cpuUs', title: 'µs CPU a delivery', digits: 0 },
    { figure: 'packets', title: 'datagrams a delivery', digits: 2 },
    { figure: 'neighbors', title: 'neighbors of the publisher', digits: 0 },
    { figure: 'share', title: 'delivered', digits: 4 },
  ],
  goals: GROUPS.flatMap((group) => {
    const [first = '', ...others] = Object.keys(group);
    return others.map((name) => ({
      what: `${name}: flat within 25 %`,
      holds: (/** @type {(name: string) => Record<string, number>} */ figures) =>
        Number(figures(name).cpuUs) <= FLAT * Number(figures(first).cpuUs),
    }));
  }),
  contenders: Object.fromEntries(
    GROUPS.flatMap((group) =>
      Object.entries(group).map(([name, options]) => [name, () => runProgram('swarm/growth.mjs', options)]),
    ),
  ),
});
