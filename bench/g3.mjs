// @ts-check
// G3: what does a delivery cost, and how late is it, at the rate that people run: 100 payloads of 1 kB a second?
import { ensureGossipsub } from './lib/gossipsub.mjs';
import { newIdentity } from './lib/identity.mjs';
import { runProgram } from './lib/program.mjs';
import { atMost, DELIVERY_COLUMNS, FLOOR, nothingLost, rowOfFigures } from './lib/swarm-row.mjs';

const load = { nodes: 10, bytes: 1024, perSecond: 100, warmUp: 300, messages: 1000 };
const [ours, unsigned, signed] = ['ours', 'gossipsub 17, unsigned', 'gossipsub 17, signed'];
const MAX_DATAGRAMS = 2.5;

export const row = rowOfFigures({
  id: 'G3',
  question: 'one of ten nodes in a process publishes 100 payloads of 1 kB a second: p99 (smaller is better)',
  unit: 'ms',
  value: 'p99',
  cpuUnit: 'µs CPU a delivery',
  cpu: 'cpuUs',
  columns: DELIVERY_COLUMNS.filter(({ figure }) => figure !== 'perSecond'),
  goals: [
    atMost({ ours, peer: unsigned, figure: 'cpuUs', atMost: 1 / 4, what: "CPU <= 1/4 of unsigned gossipsub's" }),
    atMost({ ours, peer: signed, figure: 'cpuUs', atMost: 1 / 10, what: "CPU <= 1/10 of signed gossipsub's" }),
    atMost({ ours, peer: unsigned, figure: 'p99', atMost: 1 / 4, what: "p99 <= 1/4 of unsigned gossipsub's" }),
    {
      what: `<= ${MAX_DATAGRAMS} datagrams a delivery`,
      holds: (figures) => Number(figures(ours).packets) <= MAX_DATAGRAMS,
    },
    nothingLost(ours),
  ],
  prepare: () => ensureGossipsub('G3'),
  floor: FLOOR,
  contenders: {
    [ours]: () => runProgram('swarm/grapevine.mjs', load),
    [FLOOR]: async () => runProgram('swarm/quic-floor.mjs', { identity: await newIdentity(), load }),
    [unsigned]: () => runProgram('gossipsub/load.mjs', { ...load, signed: false }),
    [signed]: () => runProgram('gossipsub/load.mjs', { ...load, signed: true }),
  },
});
