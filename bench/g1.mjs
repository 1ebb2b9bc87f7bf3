// @ts-check
// G1: what does a delivery cost when one of ten nodes floods the others with payloads of 1 kB?
import { ensureGossipsub } from './lib/gossipsub.mjs';
import { runProgram } from './lib/program.mjs';
import { atMost, DELIVERY_COLUMNS, nothingLost, rowOfFigures } from './lib/swarm-row.mjs';

const load = { nodes: 10, bytes: 1024, perSecond: 0 };
const [ours, unsigned, signed] = ['ours', 'gossipsub 17, unsigned', 'gossipsub 17, signed'];

export const row = rowOfFigures({
  id: 'G1',
  question: 'one of ten nodes in a process floods the others with 1 kB',
  unit: 'deliveries/s',
  value: 'perSecond',
  cpuUnit: 'µs CPU a delivery',
  cpu: 'cpuUs',
  columns: DELIVERY_COLUMNS.filter(({ figure }) => !figure.startsWith('p5') && !figure.startsWith('p9')),
  goals: [
    atMost({ ours, peer: unsigned, figure: 'cpuUs', atMost: 1 / 6, what: "CPU <= 1/6 of unsigned gossipsub's" }),
    atMost({ ours, peer: signed, figure: 'cpuUs', atMost: 1 / 20, what: "CPU <= 1/20 of signed gossipsub's" }),
    nothingLost(ours),
  ],
  prepare: () => ensureGossipsub('G1'),
  // Slower ones publish less: the figures are for each delivery.
  contenders: {
    [ours]: () => runProgram('swarm/grapevine.mjs', { ...load, warmUp: 1000, messages: 4000 }),
    [unsigned]: () => runProgram('gossipsub/load.mjs', { ...load, warmUp: 500, messages: 1500, signed: false }),
    [signed]: () => runProgram('gossipsub/load.mjs', { ...load, warmUp: 200, messages: 500, signed: true }),
  },
});
