// @ts-check
// L1: when every node publishes and links take 20 to 40 ms, how late are payloads, and what does a delivery cost? Real nodes.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { ensureGossipsub } from './lib/gossipsub.mjs';

/** @typedef {import('./l1/load.mjs').Figures} Figures */

const SECONDS = 12;
/** The row's ratios are those of the last one. */
const LOADS = [
  { nodes: 10, perSecond: 10 },
  { nodes: 10, perSecond: 50 },
  { nodes: 20, perSecond: 10 },
  { nodes: 20, perSecond: 50 },
];
const contenders = ['hardened', 'reference', 'gossipsub'];
const folder = fileURLToPath(new URL('.', import.meta.url));

/**
 * Runs one contender in a process of its own.
 * @param {string} contender @param {{ nodes: number, perSecond: number }} load @returns {Figures}
 */
function run(contender, { nodes, perSecond }) {
  const load = [nodes, perSecond, SECONDS].map(String);
  const args = contender === 'gossipsub' ? ['gossipsub/swarm.mjs', ...load] : ['l1/grapevine.mjs', contender, ...load];
  const { status, stdout } = spawnSync(process.execPath, args, {
    cwd: folder,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (status !== 0) throw new Error(`${contender} ended with ${status}`);
  return JSON.parse(stdout);
}

/** @type {{ name: string, contender: string, figures: Figures }[]} */
let all = [];

const goals = [
  "p99 <= the reference's and <= 1.25x gossipsub's, which floods over as many links",
  'fewer packets and less CPU a delivery than the reference, and all delivered',
];

/** @type {import('./lib/row.mjs').Row} */
export const row = {
  id: 'L1',
  question: 'everybody publishes over links of 20 to 40 ms: p99 of 20 nodes at 50 payloads/s (smaller is better)',
  unit: 'ms',
  cpuUnit: 'µs CPU per delivery',
  target: goals.join('; '),
  run: async () => {
    ensureGossipsub('L1');
    all = LOADS.flatMap((load) =>
      contenders.map((contender) => {
        process.stderr.write(`  ${load.nodes} nodes, ${load.perSecond}/s: ${contender} …\n`);
        return { name: `${load.nodes} nodes, ${load.perSecond}/s`, contender, figures: run(contender, load) };
      }),
    );
    return all.slice(-contenders.length).map(({ contender, figures }) => ({
      name: contender === 'hardened' ? 'ours' : contender === 'reference' ? 'ours, as iroh-gossip decides' : contender,
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
  meets: () =>
    LOADS.every((_, index) => {
      const [ours, reference, gossipsub] = all
        .slice(index * contenders.length, (index + 1) * contenders.length)
        .map(({ figures }) => figures);
      if (!ours || !reference || !gossipsub) return false;
      return (
        ours.received === ours.expected &&
        ours.p99 <= Math.min(reference.p99, 1.25 * gossipsub.p99) &&
        ours.packets < reference.packets &&
        ours.cpuUs < reference.cpuUs
      );
    }),
};
