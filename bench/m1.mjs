// @ts-check
// M1: how much memory do a process, an idle topic and an idle connection take?
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { bundleMember } from './lib/bundled-member.mjs';
import { ensureGossipsub } from './lib/gossipsub.mjs';
import { median } from './lib/measure.mjs';
import { runProgram } from './lib/program.mjs';
import { byTurns } from './lib/rounds.mjs';
import { buildRustPeer } from './lib/rust-peer.mjs';
import { FLOOR } from './lib/swarm-row.mjs';
import { startProcesses } from './swarm/processes.mjs';

const NODES = 10;
const TOPICS = 2000;
const CONNECTIONS = 300;
/** libp2p's connection manager refuses more than 300 by default. */
const LIBP2P_CONNECTIONS = 200;
const [ours, bundled, empty, rust, libp2p] = [
  'ours',
  'ours, bundled into one file',
  'Node alone',
  'iroh-gossip 0.101',
  'gossipsub 17',
];
const LIMITS = { idleMb: 16, loadedMb: 30, topicKb: 4, connectionKb: 12 };

/** After eight idle seconds or more, V8 gives back the memory that joining took. */
const REST_MS = 20_000;

/** @typedef {{ idleMb: number, loadedMb: number, floodedMb: number }} Processes resident memory, the median of a swarm's processes */

/** @param {import('./swarm/processes.mjs').Kind} kind @returns {Promise<Processes>} */
async function processes(kind) {
  const swarm = await startProcesses(kind, NODES);
  const memory = () => median(swarm.members.map((member) => member.memory)) / 1e6;
  await sleep(REST_MS);
  const idleMb = memory();
  await swarm.measure({ warmUp: 0, messages: 1000, bytes: 1024, pauseMs: 10 });
  const loadedMb = memory();
  await swarm.measure({ warmUp: 0, messages: 5000, bytes: 1024, pauseMs: 0 });
  const floodedMb = memory();
  await swarm.stop();
  return { idleMb, loadedMb, floodedMb };
}

/** An empty Node process. */
async function emptyNode() {
  const child = spawn(process.execPath, ['--input-type=module', '-e', 'setInterval(() => {}, 1e6)'], {
    stdio: 'ignore',
  });
  await sleep(3_000);
  const kb = Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1]);
  child.kill();
  const mb = (kb * 1024) / 1e6;
  return { idleMb: mb, loadedMb: mb, floodedMb: mb };
}

/** @type {Record<string, Record<string, number>>} */
let result = {};
/** Bytes for one of each: of JavaScript, and resident. @type {Record<string, { js: number, resident: number }>} */
let parts = {};

/** How much more memory than an empty process. @param {'idleMb' | 'loadedMb'} figure */
const above = (figure, name = ours) => Number(result[name]?.[figure]) - Number(result[empty]?.[figure]);

/** @type {{ what: string, holds: (name?: string) => boolean, hasPeers: boolean }[]} `name`: whom it is asked of, ours if left out */
const goals = [
  {
    what: `<= ${LIMITS.idleMb} MB above Node alone when idle`,
    holds: (name) => above('idleMb', name) <= LIMITS.idleMb,
    hasPeers: true,
  },
  {
    what: `<= ${LIMITS.loadedMb} MB above it at 100 payloads/s`,
    holds: (name) => above('loadedMb', name) <= LIMITS.loadedMb,
    hasPeers: true,
  },
  {
    what: `<= ${LIMITS.topicKb} kB for an idle topic`,
    holds: () => Number(parts['an idle topic, with a neighbor']?.js) <= LIMITS.topicKb * 1000,
    hasPeers: false,
  },
  {
    what: `<= ${LIMITS.connectionKb} kB for an idle connection of ours, besides what quiche keeps`,
    holds: () => Number(parts['an idle connection']?.js) <= LIMITS.connectionKb * 1000,
    hasPeers: false,
  },
];

/** Some goals are also asked of the floor, and of ours in one file. @param {(typeof goals)[number]} goal */
function verdict({ holds, hasPeers }) {
  if (holds()) return 'met';
  if (hasPeers && holds(bundled)) return 'MISSED, met when bundled into one file';
  return !hasPeers || holds(FLOOR) ? 'MISSED' : 'MISSED, and out of reach: the floor misses it, too';
}

/** @type {import('./lib/row.mjs').Row} */
export const row = {
  id: 'M1',
  question: 'memory of a process of a swarm of ten, idle (smaller is better)',
  unit: 'MB resident',
  cpuUnit: 'MB at 100 payloads/s',
  target: goals.map(({ what }) => what).join('; '),
  run: async () => {
    ensureGossipsub('M1');
    buildRustPeer('M1');
    await bundleMember();
    result = await byTurns('M1', {
      [ours]: () => processes('ours'),
      [bundled]: () => processes('bundled'),
      [empty]: emptyNode,
      [FLOOR]: () => processes('quic'),
      [rust]: () => processes('rust'),
      [libp2p]: () => processes('gossipsub'),
    });
    process.stderr.write('  M1: topics and connections …\n');
    const gc = ['--expose-gc'];
    parts = {
      'an idle topic, with a neighbor': runProgram('swarm/topics.mjs', { topics: TOPICS, shared: true }, gc),
      'an idle topic, alone': runProgram('swarm/topics.mjs', { topics: TOPICS, shared: false }, gc),
      'an idle connection': runProgram('swarm/connections.mjs', { kind: 'ours', connections: CONNECTIONS }, gc),
      'the same, quiche alone': runProgram('swarm/connections.mjs', { kind: 'native', connections: CONNECTIONS }, gc),
      'the same, libp2p': runProgram('gossipsub/connections.mjs', { connections: LIBP2P_CONNECTIONS }, gc),
    };
    return Object.entries(result).map(([name, { idleMb, loadedMb }]) => ({
      name,
      value: Number(idleMb),
      cpu: Number(loadedMb),
    }));
  },
  details: () => [
    ['process', 'MB idle', 'MB at 100 payloads/s', 'MB after a flood'],
    ...Object.entries(result).map(([name, figures]) => [
      name,
      ...['idleMb', 'loadedMb', 'floodedMb'].map((figure) => Number(figures[figure]).toFixed(0)),
    ]),
    ['each', 'kB of JavaScript', 'kB resident'],
    ...Object.entries(parts).map(([name, { js, resident }]) => [
      name,
      (js / 1000).toFixed(1),
      (resident / 1000).toFixed(1),
    ]),
    ...goals.map((goal) => [`${verdict(goal)}: ${goal.what}`]),
  ],
  meets: () => goals.every(({ holds }) => holds()),
};
