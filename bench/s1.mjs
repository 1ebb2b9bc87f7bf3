// @ts-check
// S1: how fast is the simulator, on one thread, beside the Rust one on the very same run?
import { MILLISECOND, Simulator } from '@grapevine/sim';
import { buildRust, runRust } from './lib/golden.mjs';
import { interleaved, timed } from './lib/measure.mjs';

const CASE = { sim: 'GossipMulti', nodes: 1000, rounds: 30, seed: 0 };
/** Runs before the first that counts. With fewer, V8 still compiles in those that do. */
const WARM_UP = 4;

/**
 * The run that the Rust program times: every node joins node 0, then a random node broadcasts in each round.
 * @param {import('@grapevine/sim').SimulatorOptions['createNode']} [createNode]
 */
function simulator(createNode) {
  const latency = /** @type {const} */ ({ type: 'dynamic', min: 10 * MILLISECOND, max: 50 * MILLISECOND });
  const network = { latency, proto: /** @type {const} */ ({ mode: 'reference' }) };
  return new Simulator({ seed: CASE.seed, nodes: CASE.nodes, network, ...(createNode && { createNode }) });
}

/** @param {Simulator} simulator */
function run(simulator) {
  simulator.bootstrap();
  for (let round = 0; round < CASE.rounds; round++) {
    simulator.broadcastRound([{ from: simulator.randomPeer(), content: Buffer.from(`m${round}`) }]);
  }
  return simulator.network.events;
}

/** The same run with nodes that replay recorded outputs. The simulator's queue, links and counters are all that is left. */
function withoutKernel() {
  /** @type {(readonly import('@grapevine/proto').OutEvent<number>[])[]} */
  const wanted = [];
  const recorded = simulator();
  recorded.network.observers.push({ handled: (_time, _peer, _event, outputs) => void wanted.push(outputs) });
  run(recorded);
  return () => {
    let next = 0;
    return run(
      simulator(
        ({ config }) =>
          /** @type {import('@grapevine/proto').State<number>} */ (
            /** @type {unknown} */ ({ config, handle: () => wanted[next++] })
          ),
      ),
    );
  };
}

/** @type {import('./lib/row.mjs').Row} */
export const row = {
  id: 'S1',
  question: 'the simulator, GossipMulti with 1,000 nodes, one thread',
  unit: 'events/s',
  cpuUnit: 'µs CPU per event',
  target: '>= 1.5x the Rust simulator on the same run',
  run: async () => {
    buildRust('S1');
    for (let i = 0; i < WARM_UP; i++) run(simulator());
    const result = await interleaved(5, {
      ours: () => timed(async () => run(simulator())),
      'iroh-gossip 0.101': async () => {
        const { seconds, events } = runRust(CASE);
        return { work: events, wallMs: seconds * 1000, cpuMs: seconds * 1000 };
      },
    });
    // It comes last, because its recording makes each garbage collection slower.
    const floor = withoutKernel();
    const floors = await interleaved(5, { 'floor: ours without a kernel': () => timed(async () => floor()) });
    return Object.entries({ ...result, ...floors }).map(([name, { perSecond, cpuPerWorkUs }]) => ({
      name,
      value: perSecond,
      cpu: cpuPerWorkUs,
    }));
  },
  meets: (ratios) => Number(ratios['iroh-gossip 0.101']) >= 1.5,
};
