import { availableParallelism } from 'node:os';
import { textTable } from '@grapevine/cli-kit';
import type { Outcome } from './siege.js';
import { hasHeld, type Run, type Trial, verdictOf } from './trial.js';
import { allowedCpuMs, allowedTurnMs, needsNoFloor } from './verdict.js';

/** One column: what stands above it, and a run's cell. */
type Column = readonly [head: string, cell: (run: Run, trial: Trial) => string];

/** What docs/siege.md has of each run. */
const PAGE: readonly Column[] = [
  ['attack', nameOf],
  ['in', ({ outcome }) => bytes(outcome.traffic.sent)],
  ['back', ({ outcome }) => bytes(outcome.traffic.received)],
  ['to others', ({ outcome }) => bytes(outcome.traffic.thirdParty)],
  ['CPU', ({ outcome }) => ofCore(outcome.steady.cpuMs, outcome)],
  ['allowed', ({ outcome }, { attack }) => ofCore(allowedCpuMs(attack, outcome), outcome)],
  ['floor/MB', ({ outcome }) => ms(outcome.floor.cpuMsPerMegabyte)],
  ['handshakes', handshakesOf],
  ['memory', ({ outcome }) => bytes(outcome.memoryBytes)],
  ['p99', ({ outcome }) => ms(outcome.p99Ms)],
  ['slowest join', ({ outcome: { joins } }) => ms(Math.max(joins.newcomerMs, joins.introducedMs, joins.ownMs))],
  ['longest turn', ({ outcome }) => ms(outcome.turnMs)],
  ['allowed turn', ({ outcome }, { attack }) => ms(allowedTurnMs(attack, outcome))],
  ['verdict', verdictOfRun],
];

/** Everything, for whoever looks into one of them. */
const ALL: readonly Column[] = [
  ['attack', nameOf],
  ['in', ({ outcome }) => bytes(outcome.traffic.sent)],
  ['back', ({ outcome }) => bytes(outcome.traffic.received)],
  ['to others', ({ outcome }) => bytes(outcome.traffic.thirdParty)],
  ['CPU', ({ outcome }) => ms(outcome.steady.cpuMs)],
  ['allowed', ({ outcome }, { attack }) => ms(allowedCpuMs(attack, outcome))],
  ['CPU/MB', ({ outcome: { steady } }) => ms(steady.sent > 0 ? steady.cpuMs / (steady.sent / 1e6) : 0)],
  ['floor/MB', ({ outcome }) => ms(outcome.floor.cpuMsPerMegabyte)],
  ['handshakes', handshakesOf],
  ['strangers', ({ outcome }) => String(outcome.traffic.strangers)],
  ['memory', ({ outcome }) => bytes(outcome.memoryBytes)],
  ['p99 before', ({ outcome }) => ms(outcome.p99BeforeMs)],
  ['during', ({ outcome }) => ms(outcome.p99Ms)],
  ['newcomer', ({ outcome }) => ms(outcome.joins.newcomerMs)],
  ['introduced', ({ outcome }) => ms(outcome.joins.introducedMs)],
  ['own join', ({ outcome }) => ms(outcome.joins.ownMs)],
  ['longest turn', ({ outcome }) => ms(outcome.turnMs)],
  ['allowed turn', ({ outcome }, { attack }) => ms(allowedTurnMs(attack, outcome))],
  ['machine', ({ outcome }) => ms(outcome.longestWaitMs)],
  ['verdict', verdictOfRun],
];

/** The table of docs/siege.md, as it stands there: a row for each run, the last of an attack with its verdict. */
export function pageTable(trials: readonly Trial[]): string {
  const [head = [], ...rows] = rowsOf(PAGE, trials);
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/** All columns, for a terminal. */
export function wideTable(trials: readonly Trial[]): string {
  return textTable(rowsOf(ALL, trials));
}

/** What stands under the table. */
export function summary(trials: readonly Trial[], seconds: number): string {
  const held = trials.filter(hasHeld).length;
  const again = trials.filter(({ runs }) => runs.length > 1).length;
  const floorless = trials.filter(({ attack, runs }) =>
    runs.some(({ outcome, broken }) => broken.length === 0 && needsNoFloor(attack, outcome)),
  ).length;
  const date = new Date().toISOString().slice(0, 10);
  return (
    `${held} of ${trials.length} attacks held, ${again} of them tried again, ${floorless} kept to their CPU without the floor as well: ` +
    `${seconds} s each, ${availableParallelism()} cores, Node ${process.versions.node}, ${date}.`
  );
}

function rowsOf(columns: readonly Column[], trials: readonly Trial[]): string[][] {
  const rows = trials.flatMap((trial) => trial.runs.map((run) => columns.map(([, cell]) => cell(run, trial))));
  return [columns.map(([head]) => head), ...rows];
}

function nameOf(run: Run, { attack, runs }: Trial): string {
  return run === runs[0] ? attack.name : `${attack.name}, again`;
}

function verdictOfRun(run: Run, trial: Trial): string {
  if (run === trial.runs.at(-1)) return verdictOf(trial);
  return run.broken.length > 0 ? 'broken' : 'held';
}

/** How many there were, and what each costs the listeners of the floor, and quiche alone. */
function handshakesOf({ outcome: { steady, floor, bareHandshakeMs } }: Run, { attack }: Trial): string {
  if (!attack.isFromEverywhere) return '';
  return `${steady.handshakes} x ${ms(floor.handshakeMs)} (quiche ${ms(bareHandshakeMs)})`;
}

function ofCore(cpuMs: number, { steady }: Outcome): string {
  return `${((cpuMs / (steady.seconds * 1_000)) * 100).toFixed(1)} %`;
}

function bytes(count: number): string {
  return Math.abs(count) < 1e6 ? `${Math.round(count / 1_000)} kB` : `${(count / 1e6).toFixed(1)} MB`;
}

function ms(value: number): string {
  if (!Number.isFinite(value)) return 'never';
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ms`;
}
