// `node measure-scale.mjs NODES [MODE]`: bootstraps, makes 10 broadcasts from random nodes, prints figures as JSON. Runs
// what `npm run build` has built. Used by ../scale.parallel.test.ts; for the 100,000: node --max-old-space-size=7600.
import { componentSizes, MILLISECOND, overlayOf, Simulator } from '@grapevine/sim';

const ROUNDS = 10;
const [nodes, mode = 'hardened'] = [Number(process.argv[2] ?? 1_000), process.argv[3]];
const latency = { type: 'dynamic', min: 10 * MILLISECOND, max: 50 * MILLISECOND };
// All join through a few nodes, within seconds. By default a node lets 1,024 a minute take somebody's place, and introduces 2,048.
const UNLIMITED = 2 ** 31;
const hardened = { evictionsTotal: UNLIMITED, introductionsPerPeer: UNLIMITED };
const simulator = new Simulator({ seed: 0, nodes, network: { latency, proto: { mode, hardened } } });
const { network } = simulator;

simulator.bootstrap();
const eventsBefore = network.events;
const cpuBefore = process.cpuUsage();
let missed = 0;
for (let round = 0; round < ROUNDS; round++) {
  missed += simulator.broadcastRound([{ from: simulator.randomPeer(), content: Uint8Array.of(round) }]);
}
const { user, system } = process.cpuUsage(cpuBefore);

const figures = {
  nodes,
  missed,
  components: componentSizes(overlayOf(network)).length,
  eventsPerNodeMessage: (network.events - eventsBefore) / (nodes * ROUNDS),
  cost: (user + system) / (nodes * ROUNDS),
  memory: process.resourceUsage().maxRSS * 1024,
};
process.stdout.write(`${JSON.stringify(figures)}\n`);
