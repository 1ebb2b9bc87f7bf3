import type { Attack } from './attack.js';
import type { Outcome } from './siege.js';
import { allowedCpuMs } from './verdict.js';

/** What stands above the columns of {@link cells}, with the attack's name in front and the verdict behind. */
export const HEAD = [
  'attack',
  'in',
  'back',
  'to others',
  'CPU',
  'allowed',
  'CPU/MB',
  'floor/MB',
  'strangers',
  'memory',
  'p99 before',
  'during',
  'newcomer',
  'introduced',
  'own join',
  'longest turn',
  'machine',
  'verdict',
] as const;

/** An outcome as a row of the table. */
export function cells(attack: Attack, outcome: Outcome): string[] {
  const { traffic, steady, floor, memoryBytes, joins } = outcome;
  return [
    bytes(traffic.sent),
    bytes(traffic.received),
    bytes(traffic.thirdParty),
    ms(steady.cpuMs),
    ms(allowedCpuMs(attack, outcome)),
    ms(steady.sent > 0 ? steady.cpuMs / (steady.sent / 1e6) : 0),
    ms(floor.cpuMsPerMegabyte),
    String(traffic.strangers),
    bytes(memoryBytes),
    ...[outcome.p99BeforeMs, outcome.p99Ms, joins.newcomerMs, joins.introducedMs, joins.ownMs].map(ms),
    ms(outcome.turnMs),
    ms(outcome.longestWaitMs),
  ];
}

function bytes(count: number): string {
  return Math.abs(count) < 1e6 ? `${Math.round(count / 1_000)} kB` : `${(count / 1e6).toFixed(1)} MB`;
}

function ms(value: number): string {
  if (!Number.isFinite(value)) return 'never';
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ms`;
}
