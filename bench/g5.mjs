// @ts-check
// G5: what does an idle node with five neighbors cost?
import { setTimeout as sleep } from 'node:timers/promises';
import { ensureGossipsub } from './lib/gossipsub.mjs';
import { median } from './lib/measure.mjs';
import { buildRustPeer } from './lib/rust-peer.mjs';
import { FLOOR, rowOfFigures } from './lib/swarm-row.mjs';
import { startProcesses } from './swarm/processes.mjs';

/** Views of ten nodes are full: five neighbors each. */
const NODES = 10;
const SECONDS = 60;
/**
 * By then joining is over, V8 has collected its garbage, which takes more CPU than an idle node, and a topic in which nothing changes shuffles no more:
 * that is after three rounds, one a minute.
 */
const SETTLE_MS = 240_000;
const MAX_SHARE = 0.03;
const [ours, rust, libp2p] = ['ours', 'iroh-gossip 0.101', 'gossipsub 17'];

/** Figures of one process of the swarm. @param {import('./swarm/processes.mjs').Kind} kind */
async function run(kind) {
  const swarm = await startProcesses(kind, NODES);
  await sleep(SETTLE_MS);
  const before = await swarm.looks();
  const start = performance.now();
  await sleep(SECONDS * 1000);
  const after = await swarm.looks();
  const ms = performance.now() - start;
  await swarm.stop();
  /** @param {(look: import('./swarm/processes.mjs').Look) => number} pick */
  const each = (pick) => after.map((look, i) => pick(look) - pick(/** @type {any} */ (before[i])));
  return {
    percent: (100 * each(({ cpuMs }) => cpuMs).reduce((sum, cpuMs) => sum + cpuMs)) / NODES / ms,
    packets: median(each(({ packets }) => packets)) / (ms / 1000),
    turns: median(each(({ turns }) => turns)) / (ms / 1000),
    neighbors: median(after.map(({ neighbors }) => neighbors)),
  };
}

export const row = rowOfFigures({
  id: 'G5',
  question: 'an idle node with five neighbors: percent of a core (smaller is better)',
  unit: '% of a core',
  value: 'percent',
  cpuUnit: '% of a core',
  cpu: 'percent',
  columns: [
    { figure: 'percent', title: '% of a core', digits: 3 },
    { figure: 'packets', title: 'datagrams/s', digits: 2 },
    { figure: 'turns', title: 'wake-ups/s', digits: 2 },
    { figure: 'neighbors', title: 'neighbors', digits: 0 },
  ],
  goals: [{ what: `<= ${MAX_SHARE} % of a core`, holds: (figures) => Number(figures(ours).percent) <= MAX_SHARE }],
  prepare: () => {
    buildRustPeer('G5');
    ensureGossipsub('G5');
  },
  // Idle swarms do not disturb each other, so all run at once.
  measure: async (_, contenders) =>
    Object.fromEntries(await Promise.all(Object.entries(contenders).map(async ([name, run]) => [name, await run()]))),
  floor: FLOOR,
  contenders: {
    [ours]: () => run('ours'),
    [rust]: () => run('rust'),
    [FLOOR]: () => run('quicRing'),
    [libp2p]: () => run('gossipsub'),
  },
});
