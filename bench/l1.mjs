// @ts-check
// L1: when every node publishes and links take 20 to 40 ms, how late are payloads, and what does a delivery cost? Real nodes.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { ensureGossipsub } from './lib/gossipsub.mjs';

/** @typedef {import('./l1/load.mjs').Figures} Figures */

/** At 10/s it takes longer until p99 is more than the luck of one payload. The row's ratios are those of the last load. */
const LOADS = [
  { nodes: 10, perSecond: 10, seconds: 24 },
  { nodes: 10, perSecond: 50, seconds: 12 },
  { nodes: 10, perSecond: 200, seconds: 8 },
  { nodes: 20, perSecond: 10, seconds: 24 },
  { nodes: 20, perSecond: 50, seconds: 12 },
];
/** From here on gossipsub takes more than the core that a process has. */
const TOO_FAST_FOR_GOSSIPSUB = 200;
const folder = fileURLToPath(new URL('.', import.meta.url));

/**
 * Runs contenders in a process of their own: one after the other, where there are several.
 * @param {string} contenders @param {typeof LOADS[number]} load @returns {{ name: string, contender: string, figures: Figures }[]}
 */
function run(contenders, { nodes, perSecond, seconds }) {
  const name = `${nodes} nodes, ${perSecond}/s`;
  process.stderr.write(`  ${name}: ${contenders} …\n`);
  const load = [nodes, perSecond, seconds].map(String);
  const args =
    contenders === 'gossipsub' ? ['gossipsub/swarm.mjs', ...load] : ['l1/grapevine.mjs', contenders, ...load];
  const { status, stdout } = spawnSync(process.execPath, args, {
    cwd: folder,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (status !== 0) throw new Error(`${contenders} ended with ${status}`);
  const figures = JSON.parse(stdout);
  return contenders.split(',').map((contender, index) => ({ name, contender, figures: figures[index] }));
}

/** @type {{ name: string, contender: string, figures: Figures }[]} */
let all = [];

const goals = [
  'p99 <= 1.1x that of a flood over the same links',
  "p99 <= the reference's and <= 1.25x gossipsub's, which floods over as many links",
  'fewer packets and less CPU a delivery than the reference, and all delivered',
];

/** @type {Record<string, string>} */
const NAMES = { hardened: 'ours', flood: 'a flood over the same links', reference: 'ours, as iroh-gossip decides' };

/** @type {import('./lib/row.mjs').Row} */
export const row = {
  id: 'L1',
  question: 'everybody publishes over links of 20 to 40 ms: p99 of 20 nodes at 50 payloads/s (smaller is better)',
  unit: 'ms',
  cpuUnit: 'µs CPU per delivery',
  target: goals.join('; '),
  run: async () => {
    ensureGossipsub('L1');
    all = LOADS.flatMap((load) => [
      ...run('hardened,flood', load),
      ...run('reference', load),
      ...(load.perSecond < TOO_FAST_FOR_GOSSIPSUB ? run('gossipsub', load) : []),
    ]);
    const last = all.at(-1)?.name;
    return all
      .filter(({ name }) => name === last)
      .map(({ contender, figures }) => ({
        name: NAMES[contender] ?? contender,
        value: figures.p99,
        cpu: figures.cpuUs,
      }));
  },
  details: () => [
    ['load', 'contender', 'p50 ms', 'p90', 'p99', 'packets a delivery', 'µs CPU a delivery', 'delivered'],
    ...all.map(({ name, contender, figures: { p50, p90, p99, packets, cpuUs, received, expected } }) => [
      name,
      contender,
      ...[p50, p90, p99].map((value) => value.toFixed(0)),
      packets.toFixed(2),
      cpuUs.toFixed(0),
      `${received} of ${expected}`,
    ]),
  ],
  meets: () => all.every(({ name, contender }) => contender !== 'hardened' || meetsGoals(name)),
};

/** @param {string} load */
function meetsGoals(load) {
  const of = (/** @type {string} */ wanted) =>
    all.find(({ name, contender }) => name === load && contender === wanted)?.figures;
  const [ours, flood, reference, gossipsub] = ['hardened', 'flood', 'reference', 'gossipsub'].map(of);
  if (!ours || !flood || !reference) return false;
  return (
    ours.received === ours.expected &&
    ours.p99 <= Math.min(1.1 * flood.p99, reference.p99, gossipsub ? 1.25 * gossipsub.p99 : Infinity) &&
    ours.packets < reference.packets &&
    ours.cpuUs < reference.cpuUs
  );
}
