// @ts-check
// C4: what does it cost that publishers and readers may change content? A publisher's buffer is copied once, and each delivery once.
import { timed } from './lib/measure.mjs';
import { runProgram } from './lib/program.mjs';
import { byTurns } from './lib/rounds.mjs';

const BYTES = 1024;
const NODES = 10;
/** Copies for each delivery: one for its reader, and a share of the publisher's one. */
const COPIES = 1 + 1 / (NODES - 1);
const COUNT = 300_000;
const GOAL = 0.02;
const [delivery, copies] = ['a delivery of 1 kB over QUIC, of ten nodes', 'the copies of its content'];
const load = { nodes: NODES, bytes: BYTES, perSecond: 0, warmUp: 1000, messages: 4000 };

/** Holds the last copy: without a use of the copies, the compiler leaves them out. */
let last = new Uint8Array(0);

async function copying() {
  const content = new Uint8Array(BYTES).fill(7);
  const { cpuMs } = await timed(async () => {
    for (let i = 0; i < COUNT; i++) last = new Uint8Array(content);
    return last.length;
  });
  return { cpuUs: (COPIES * cpuMs * 1000) / COUNT };
}

/** @type {import('./lib/row.mjs').Row} */
export const row = {
  id: 'C4',
  question: 'content that readers may change and publishers may use again',
  unit: 'a second of CPU',
  cpuUnit: 'µs CPU each',
  target: `copies <= ${GOAL * 100} % of a delivery`,
  run: async () => {
    const result = await byTurns('C4', {
      [delivery]: () => ({ cpuUs: runProgram('swarm/grapevine.mjs', load).cpuUs }),
      [copies]: copying,
    });
    return Object.entries(result).map(([name, { cpuUs }]) => ({
      name,
      value: 1e6 / Number(cpuUs),
      cpu: Number(cpuUs),
    }));
  },
  meets: (ratios) => Number(ratios[copies]) <= GOAL,
};
