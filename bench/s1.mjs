// @ts-check
// S1: how fast is the simulator, on one thread, beside the Rust one on the very same run?
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MILLISECOND, runScenario } from '@grapevine/sim';
import { interleaved } from './lib/measure.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const target = join(root, '.cache/golden-target');
const CASE = { sim: 'GossipMulti', nodes: 1000, rounds: 30, seed: 0 };

/** The published crate's simulator in release mode. @returns {{ seconds: number, events: number }} */
function rust() {
  const program = join(target, 'release/grapevine-golden');
  const args = ['speed', ...Object.entries(CASE).map(([key, value]) => `${key}=${value}`)];
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`the Rust simulator ended with ${status}: ${stderr}`);
  return JSON.parse(stdout);
}

function buildRust() {
  const { status, error } = spawnSync('cargo', ['build', '--release', '--locked', '--quiet'], {
    cwd: join(root, 'interop/golden'),
    env: { ...process.env, CARGO_TARGET_DIR: target },
    stdio: ['ignore', 2, 2],
  });
  if (error || status !== 0) throw new Error('S1 builds the Rust simulator: it needs cargo, and the build to succeed');
}

function ours() {
  runScenario(
    {
      sim: 'GossipMulti',
      nodes: CASE.nodes,
      rounds: CASE.rounds,
      network: {
        latency: { type: 'dynamic', min: 10 * MILLISECOND, max: 50 * MILLISECOND },
        proto: { mode: 'reference' },
      },
    },
    CASE.seed,
  );
}

/** @type {import('./lib/row.mjs').Row} */
export const row = {
  id: 'S1',
  question: 'the simulator, GossipMulti with 1,000 nodes, one thread',
  unit: 'events/s',
  cpuUnit: 'µs CPU per event',
  target: '>= 0.5x the Rust simulator on the same run',
  run: async () => {
    buildRust();
    const { events } = rust(); // the same run has as many events in both
    const result = await interleaved(5, {
      ours: async () => {
        const cpu = process.cpuUsage();
        const begin = performance.now();
        ours();
        const { user, system } = process.cpuUsage(cpu);
        return { work: events, wallMs: performance.now() - begin, cpuMs: (user + system) / 1000 };
      },
      'iroh-gossip 0.101': async () => {
        const { seconds } = rust();
        return { work: events, wallMs: seconds * 1000, cpuMs: seconds * 1000 };
      },
    });
    return Object.entries(result).map(([name, { perSecond, cpuPerWorkUs }]) => ({
      name,
      value: perSecond,
      cpu: cpuPerWorkUs,
    }));
  },
  meets: (ratios) => Number(ratios['iroh-gossip 0.101']) >= 0.5,
};
