// `bash .ci/run`: every check that the README names, and a count at the end.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { readArguments } from './lib/arguments.mjs';
import { ensureInstalled, root } from './lib/ensure.mjs';

/**
 * A step counts as one test. A step with a report counts as many as the report has.
 *
 * Each stage has lanes, which run beside one another; the steps of a lane run one after the other. A step that measures delays or CPU,
 * or that keeps every core busy, has a stage of its own.
 */
const STAGES = [
  [[{ name: 'tests', command: ['npm', 'test'], report: '.cache/tests-ordinary.json' }]],
  [
    [{ name: 'parallel tests', command: ['npm', 'run', 'test:parallel'], report: '.cache/tests-parallel.json' }],
    [
      { name: 'format', command: ['npm', 'run', 'format:check'] },
      { name: 'lint', command: ['npm', 'run', 'lint'] },
      { name: 'types', command: ['npm', 'run', 'typecheck'] },
      { name: 'dead code', command: ['npm', 'run', 'check:dead'] },
      { name: 'changesets', command: ['npx', 'changeset', 'status'] },
      { name: 'soak', command: ['npm', 'run', 'soak', '--', '--seed', '1', '--events', '1e6', '--json'] },
      { name: 'golden data', command: ['npm', 'run', 'interop:golden'] },
      { name: 'fuzz beside Rust', command: ['npm', 'run', 'interop:fuzz', '--', '--events', '1e6'] },
    ],
  ],
  [[{ name: 'packages', command: ['npm', 'run', 'check:packages'] }]],
  [[{ name: 'siege', command: ['npm', 'run', 'siege', '--', '--seconds', '3', '--json'] }]],
  [[{ name: 'slow tests', command: ['npm', 'run', 'test:slow'], report: '.cache/tests-slow.json' }]],
  [[{ name: 'site', command: ['npm', 'run', 'docs:build'] }]],
  [[{ name: 'swarm of ten', command: ['npm', 'start', '--', '--nodes', '10', '--json'] }]],
  [[{ name: 'interop', command: ['npm', 'run', 'interop'], report: '.cache/tests-interop.json' }]],
  [
    [{ name: 'other platforms', command: ['npm', 'run', 'platforms', '--', '--quick'] }],
    [{ name: 'slow interop', command: ['npm', 'run', 'interop:slow'], report: '.cache/tests-interop-slow.json' }],
  ],
  [[{ name: 'benchmark guard', command: ['npm', 'run', 'bench', '--', '--guard'] }]],
  [[{ name: 'benchmarks run', command: ['npm', 'run', 'bench', '--', 'quic', 'S1', '--json'] }]],
];
const STEPS = STAGES.flat(2);

/** When a step fails and leaves no report, so many of its last lines are printed again at the end. */
const TAIL_LINES = 12;

readArguments(`Runs what CI runs, in under an hour:
${STEPS.map(({ name }) => name).join(', ')}

Usage: bash .ci/run

Exit code: 0 when all passed, 1 when something failed, 2 for bad input.`);

let passed = 0;
let failed = 0;
/** The names of what failed. They are printed at the end, which readers of a long log see first. */
const failures = [];
for (const { report } of STEPS) if (report) rmSync(join(root, report), { force: true });
ensureInstalled();
for (const lanes of STAGES) {
  const isAlone = lanes.length === 1;
  if (!isAlone)
    process.stdout.write(
      `\n=== beside one another: ${lanes
        .flat()
        .map(({ name }) => name)
        .join(', ')}\n`,
    );
  await Promise.all(
    lanes.map(async (steps) => {
      for (const step of steps) await (isAlone ? runAlone(step) : runBesideOthers(step));
    }),
  );
}
for (const failure of failures) process.stdout.write(`FAILED ${failure}\n`);
process.stdout.write(`\n${passed} passed, ${failed} failed\n`);
process.exitCode = failed === 0 ? 0 : 1;

/** Prints a step's output as it comes. */
async function runAlone(step) {
  process.stdout.write(titleOf(step));
  const verdict = await run(step, (text, stream) => stream.write(text));
  process.stdout.write(verdict);
}

/** Prints a step's output when the step has ended, so that no other step's lines are between its own. */
async function runBesideOthers(step) {
  let output = '';
  const verdict = await run(step, (text) => {
    output += text;
  });
  process.stdout.write(titleOf(step) + output + verdict);
}

function titleOf({ name, command }) {
  return `\n=== ${name}: ${command.join(' ')}\n`;
}

/** Runs a step, hands on its output, and counts its tests. @returns the line that says how it ended */
async function run({ name, command, report }, write) {
  const began = Date.now();
  const [program, ...args] = command;
  const { status, tail } = await spawned(program, args, write);
  const counts =
    report && existsSync(join(root, report)) ? JSON.parse(readFileSync(join(root, report), 'utf8')) : undefined;
  passed += counts?.numPassedTests ?? (status === 0 ? 1 : 0);
  failed += Math.max(counts?.numFailedTests ?? 0, status === 0 ? 0 : 1);
  if (status !== 0) failures.push(`${name}: ${command.join(' ')}`, ...(counts ? failedTests(counts) : tail));
  const seconds = Math.round((Date.now() - began) / 1000);
  return `=== ${name}: ${status === 0 ? 'ok' : 'FAILED'} after ${seconds} s\n`;
}

/** Runs a command and hands on its output. @returns its exit code, and its last lines */
async function spawned(program, args, write) {
  const child = spawn(program, args, { cwd: root, stdio: ['inherit', 'pipe', 'pipe'] });
  let tail = '';
  for (const [from, to] of [
    [child.stdout, process.stdout],
    [child.stderr, process.stderr],
  ]) {
    from.setEncoding('utf8').on('data', (text) => {
      write(text, to);
      tail = (tail + text).slice(-10_000);
    });
  }
  const [status] = await once(child, 'close');
  const lines = tail.split('\n').filter((line) => line.trim() !== '');
  return { status, tail: lines.slice(-TAIL_LINES).map((line) => `  ${line.slice(0, 300)}`) };
}

/** Names and errors of the tests that failed, from the report of a test runner. */
function failedTests(report) {
  return (report?.testResults ?? []).flatMap(({ name, message, assertionResults }) => {
    const file = relative(root, name);
    const tests = assertionResults.filter(({ status }) => status === 'failed');
    if (tests.length === 0) return message ? [`  ${file}: ${withoutStack(message)}`] : [];
    return tests.map(({ fullName, failureMessages }) => `  ${file}: ${fullName}: ${withoutStack(failureMessages[0])}`);
  });
}

/** The lines of an error's message in one: the first seldom names the value that was found. */
function withoutStack(text = '') {
  const lines = text.split('\n').map((line) => line.trim());
  const stack = lines.findIndex((line) => line.startsWith('at '));
  return lines
    .slice(0, stack < 0 ? undefined : stack)
    .filter((line) => line !== '')
    .slice(0, TAIL_LINES)
    .join(' | ')
    .slice(0, 600);
}
