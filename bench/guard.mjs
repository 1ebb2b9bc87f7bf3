// @ts-check
// `npm run bench -- --guard`: compares counts for each delivery with those of guard.json. They do not depend on how fast the machine is.
import { readFileSync, writeFileSync } from 'node:fs';
import { kernelCounts } from './guard/kernel.mjs';
import { runProgram } from './lib/program.mjs';
import { table } from './lib/row.mjs';

/** A count that is larger than the committed one by more than this share is a regression. */
const TOLERANCE = 0.05;
/** Runs of the swarm in real time, of which the best counts: a machine that pauses costs datagrams. */
const RUNS = 5;
/** Without compilers, allocations are the same on each machine. A young generation that is never full is never collected. */
const COUNTING = [
  '--expose-gc',
  '--no-opt',
  '--no-sparkplug',
  '--min-semi-space-size=256',
  '--max-semi-space-size=256',
];
const file = new URL('./guard.json', import.meta.url);

/** @returns {Record<string, number>} */
function measure() {
  const runs = Array.from({ length: RUNS }, () => runProgram('guard/quic-swarm.mjs', {}));
  const best = (/** @type {string} */ name) => Math.min(...runs.map((run) => run[name]));
  const quic = Object.fromEntries(Object.keys(runs[0]).map((name) => [name, best(name)]));
  return { ...kernelCounts(), ...runProgram('guard/memory-swarm.mjs', {}, COUNTING), ...quic };
}

/** This count differs between versions of Node. */
const HEAP = 'actor: bytes of heap';
const major = Number(process.versions.node.split('.')[0]);

/** Compares with the committed values. @returns {{ text: string, passed: boolean }} */
export function guard() {
  const { node, counts: committed } = JSON.parse(readFileSync(file, 'utf8'));
  const lines = [['for each delivery', 'committed', 'now', '']];
  let passed = true;
  for (const [name, now] of Object.entries(measure())) {
    const before = committed[name];
    if (name === HEAP && node !== major) {
      lines.push([name, `of Node ${node}`, now.toFixed(3), `not compared: this is Node ${major}`]);
      continue;
    }
    const isWorse = before === undefined || now > before * (1 + TOLERANCE) + 1e-9;
    const isBetter = now < before * (1 - TOLERANCE);
    if (isWorse) passed = false;
    const verdict = isWorse ? 'WORSE' : isBetter ? 'better: commit it with --guard --write' : '';
    lines.push([name, before === undefined ? 'nothing' : before.toFixed(3), now.toFixed(3), verdict]);
  }
  return { text: table(lines), passed };
}

/** Measures, and writes the counts into guard.json. */
export function writeGuard() {
  const rounded = Object.entries(measure()).map(([name, value]) => [name, Number(value.toFixed(4))]);
  const content = { node: major, counts: Object.fromEntries(rounded) };
  writeFileSync(file, `${JSON.stringify(content, undefined, 2)}\n`);
}
