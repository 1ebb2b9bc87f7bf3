// @ts-check
// S1: how fast is the simulator, on one thread, beside the Rust one on the very same run?
import { MILLISECOND, Simulator } from '@grapevine/sim';
import { buildRust, runRust } from './lib/golden.mjs';
import { interleaved, timed } from './lib/measure.mjs';

const CASE = { sim: 'GossipMulti', nodes: 1000, rounds: 30, seed: 0 };
/** Runs before the first that counts: fewer, and compiling is measured. */
const WARM_UP = 4;

/** What the Rust program times: everybody joins node 0, then a random node broadcasts in each round. */
function ours() {
  const latency = /** @type {const} */ ({ type: 'dynamic', min: 10 * MILLISECOND, max: 50 * MILLISECOND });
  const network = { latency, proto: /** @type {const} */ ({ mode: 'reference' }) };
  const simulator = new Simulator({ seed: CASE.seed, nodes: CASE.nodes, network });
  simulator.bootstrap();
  for (let round = 0; round < CASE.rounds; round++) {
    simulator.broadcastRound([{ from: simulator.randomPeer(), content: Buffer.from(`m${round}`) }]);
  }
  return simulator.network.events;
}

/** @type {import('./lib/row.mjs').Row} */
export const row = {
  id: 'S1',
  question: 'the simulator, GossipMulti with 1,000 nodes, one thread',
  unit: 'events/s',
  cpuUnit: 'µs CPU per event',
  target: '>= 1x the Rust simulator on the same run',
  run: async () => {
    buildRust('S1');
    for (let i = 0; i < WARM_UP; i++) ours();
    const result = await interleaved(5, {
      ours: () => timed(async () => ours()),
      'iroh-gossip 0.101': async () => {
        const { seconds, events } = runRust(CASE);
        return { work: events, wallMs: seconds * 1000, cpuMs: seconds * 1000 };
      },
    });
    return Object.entries(result).map(([name, { perSecond, cpuPerWorkUs }]) => ({
      name,
      value: perSecond,
      cpu: cpuPerWorkUs,
    }));
  },
  meets: (ratios) => Number(ratios['iroh-gossip 0.101']) >= 1,
};
