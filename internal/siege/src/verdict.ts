import type { Attack, Limits } from './attack.js';

/** What was measured while an attack went on. */
export interface Outcome {
  readonly seconds: number;
  readonly sent: number;
  readonly received: number;
  readonly thirdParty: number;
  /** CPU of the target, and what it would have used anyway, in milliseconds. */
  readonly cpuMs: number;
  readonly quietCpuMs: number;
  readonly memoryBytes: number;
  readonly p99BeforeMs: number;
  readonly p99Ms: number;
  /** Infinity when it did not happen. */
  readonly newcomerJoinMs: number;
  readonly ownJoinMs: number;
  readonly longestTurnMs: number;
  /** How long the siege itself, which has next to nothing to do, stood still at most: what the machine is to blame for, in milliseconds. */
  readonly stallMs: number;
  readonly refused: Readonly<Record<string, number>>;
}

/**
 * What an attack is held to. The transport alone costs 40 to 60 ms for a megabyte on the machine where this was written, and gossip may take
 * 50 more.
 */
const LIMITS: Limits = {
  thirdPartyFactor: 2,
  cpuMsPerMegabyte: 150,
  memoryBytes: 64 * 1_024 * 1_024,
  joinMs: 2_000,
  p99Ms: 250,
};

/** What a source may cost besides: a second at first, 10 % of a core after that; and third parties a dial in two seconds. */
const CPU_MS_AT_FIRST = 1_000;
const CPU_SHARE = 0.1;
const THIRD_PARTY_PER_S = 2_400;

/** The promises that were broken, in words; none when the node has held. */
export function broken(attack: Attack, outcome: Outcome): string[] {
  const limits = { ...LIMITS, ...attack.limits };
  const { seconds, sent } = outcome;
  const cpu = outcome.cpuMs - outcome.quietCpuMs;
  const cpuLimit = CPU_MS_AT_FIRST + CPU_SHARE * seconds * 1_000 + (limits.cpuMsPerMegabyte * sent) / 1e6;
  const thirdPartyLimit = limits.thirdPartyFactor * sent + THIRD_PARTY_PER_S * seconds;
  const found: string[] = [];
  const check = (what: string, value: number, limit: number, unit: string) => {
    if (value > limit) found.push(`${what} ${Math.round(value)} ${unit} (limit ${Math.round(limit)})`);
  };
  check('third parties got', outcome.thirdParty, thirdPartyLimit, 'B');
  check('CPU', cpu, cpuLimit, 'ms');
  check('memory', outcome.memoryBytes, limits.memoryBytes, 'B');
  // On a machine that is busy with other things, everybody is late: a message needs two turns, a join a few.
  check('a newcomer joined after', outcome.newcomerJoinMs, limits.joinMs + 4 * outcome.stallMs, 'ms');
  check("the user's join took", outcome.ownJoinMs, limits.joinMs + 4 * outcome.stallMs, 'ms');
  check('p99', outcome.p99Ms, limits.p99Ms + 2 * outcome.p99BeforeMs + 2 * outcome.stallMs, 'ms');
  return found;
}
