// @ts-check
// S2: what does a message cost for each node of a swarm of 100,000, beside one of 1,000?
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { buildRust, runRust } from './lib/golden.mjs';
import { median } from './lib/measure.mjs';

const SIZES = [1_000, 10_000, 100_000];
/** Times are compared up to this size. The Rust program takes too long for larger ones. */
const COMPARED = 10_000;
const ROUNDS = 10;
const FLAT = 1 / 1.2;
const cli = fileURLToPath(new URL('../apps/sim/dist/cli.js', import.meta.url));

/** @returns {Record<'time' | 'events' | 'memory', number[]>} for each size, the cost of a message at a node; memory is that of a node */
function ours() {
  const args = ['--max-old-space-size=7600', cli, 'bench', '--json', '--nodes', SIZES.join(',')];
  const { status, stdout } = spawnSync(process.execPath, args, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (status !== 0) throw new Error(`grapevine-sim bench ended with ${status}`);
  /** @type {{ deliveries: number, broadcastEvents: number, broadcastSeconds: number, bytesPerNode: number }[]} */
  const results = JSON.parse(stdout);
  return {
    time: results.map(({ broadcastSeconds, deliveries }) => (broadcastSeconds * 1e6) / deliveries),
    events: results.map(({ broadcastEvents, deliveries }) => broadcastEvents / deliveries),
    memory: results.map(({ bytesPerNode }) => bytesPerNode),
  };
}

/** Microseconds for a message at a node. @param {number} nodes */
function rust(nodes) {
  const runs = Array.from({ length: 5 }, () => runRust({ sim: 'GossipMulti', nodes, rounds: ROUNDS, seed: 0 }));
  return (median(runs.map(({ broadcastSeconds }) => broadcastSeconds)) * 1e6) / (nodes * ROUNDS);
}

/** The cost at the smallest size divided by that at the largest: 1 is flat, 0.5 is twice the cost. @param {readonly number[]} costs */
const flatness = (costs) => Number(costs[0]) / Number(costs.at(-1));

/** @type {boolean} */
let met = false;

/** @type {import('./lib/row.mjs').Row} */
export const row = {
  id: 'S2',
  question:
    'growth of the simulator: cost for each node and message with 1,000 nodes over that with 100,000 (time: 10,000)',
  unit: '1 = flat',
  cpuUnit: 'at the larger size: µs, events, bytes',
  target: 'events and memory flat within 20 %; time grows no more than 1.2x the Rust simulator',
  run: async () => {
    buildRust('S2');
    const { time: all, events, memory } = ours();
    const compared = SIZES.filter((nodes) => nodes <= COMPARED);
    const time = all.slice(0, compared.length);
    const reference = compared.map(rust);
    met = flatness(events) >= FLAT && flatness(memory) >= FLAT && flatness(time) >= FLAT * flatness(reference);
    const line = (/** @type {string} */ name, /** @type {readonly number[]} */ costs) => ({
      name,
      value: flatness(costs),
      cpu: Number(costs.at(-1)),
    });
    return [
      line('time, ours', time),
      line('time, iroh-gossip 0.101', reference),
      line('time to 100,000, ours', all),
      line('events handled, ours', events),
      line('memory for each node, ours', memory),
    ];
  },
  meets: () => met,
};
