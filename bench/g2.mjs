// @ts-check
// G2: what does a delivery cost when one of ten nodes floods the others with payloads of 100 bytes?
import { ensureGossipsub } from './lib/gossipsub.mjs';
import { runProgram } from './lib/program.mjs';
import { atMost, DELIVERY_COLUMNS, nothingLost, rowOfFigures } from './lib/swarm-row.mjs';

const load = { nodes: 10, bytes: 100, perSecond: 0 };
const [ours, unsigned] = ['ours', 'gossipsub 17, unsigned'];

export const row = rowOfFigures({
  id: 'G2',
  question: 'one of ten nodes in a process floods the others with 100 B',
  unit: 'deliveries/s',
  value: 'perSecond',
  cpuUnit: 'µs CPU a delivery',
  cpu: 'cpuUs',
  columns: DELIVERY_COLUMNS.filter(({ figure }) => !figure.startsWith('p5') && !figure.startsWith('p9')),
  goals: [
    atMost({ ours, peer: unsigned, figure: 'cpuUs', atMost: 1 / 6, what: "CPU <= 1/6 of unsigned gossipsub's" }),
    nothingLost(ours),
  ],
  prepare: () => ensureGossipsub('G2'),
  contenders: {
    [ours]: () => runProgram('swarm/grapevine.mjs', { ...load, warmUp: 2000, messages: 12_000 }),
    [unsigned]: () => runProgram('gossipsub/load.mjs', { ...load, warmUp: 1000, messages: 4000, signed: false }),
  },
});
