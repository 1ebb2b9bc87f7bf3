import type { Attack, Limits } from './attack.js';
import type { Outcome } from './siege.js';

/** The limits of every attack; SECURITY.md has the reasons. */
const LIMITS: Limits = {
  thirdPartyFactor: 2,
  cpuMsPerMegabyte: 50,
  memoryPerStranger: 1_000_000,
  joinMs: 2_000,
  p99Ms: 100,
  turnMs: 20,
};

/** A source's share of a core whatever it sends (`WORK_PER_S_US` of net), and what it may have saved up (`MAX_WORK_US`), in milliseconds. */
const CPU_SHARE = { stranger: 0.02, neighbor: 0.05 } as const;
const CPU_SAVED_MS = { stranger: 100, neighbor: 1_000 } as const;
/** Errors of the measurement: a share of a core, and the work of the first second that is done in the next, in milliseconds. */
const CPU_ERROR = 0.02;
const CPU_LATE_MS = 150;
/** The factor by which a floor may be wrong: it is measured in less than a second. */
const FLOOR_ERROR = 1.25;
/** Bytes to third parties in a second: those of one dial in two seconds. */
const THIRD_PARTY_PER_S = 2_400;
/** The allocators of V8 and of the C library keep memory that was in use once: up to this much in any attack, in bytes. */
const MEMORY_ANYWAY = 24_000_000;

/** The CPU that the attacker may have cost by now, in milliseconds: what receiving takes, 5 % of a core for each MB/s, and its share. */
export function allowedCpuMs(attack: Attack, { steady, floor }: Outcome): number {
  const { cpuMsPerMegabyte } = { ...LIMITS, ...attack.limits };
  const standing = attack.standing ?? 'stranger';
  const anyway = (CPU_SHARE[standing] + CPU_ERROR) * steady.seconds * 1_000 + CPU_SAVED_MS[standing] + CPU_LATE_MS;
  const handshakes = attack.isFromEverywhere ? steady.handshakes * floor.handshakeMs : 0;
  return anyway + handshakes + (cpuMsPerMegabyte + FLOOR_ERROR * floor.cpuMsPerMegabyte) * (steady.sent / 1e6);
}

/**
 * How long a turn may have taken on the machine as it was, in milliseconds: what has come while it let the node wait is worked off in one turn, and the
 * same work takes longer where others use the caches.
 */
export function allowedTurnMs(attack: Attack, { slowdown, share }: Outcome): number {
  const { turnMs } = { ...LIMITS, ...attack.limits };
  return (turnMs * slowdown) / share;
}

/** Whether the node has kept to its CPU even if receiving had cost nothing. */
export function needsNoFloor(attack: Attack, outcome: Outcome): boolean {
  const floor = { ...outcome.floor, cpuMsPerMegabyte: 0, handshakeMs: 0 };
  return outcome.steady.cpuMs <= allowedCpuMs(attack, { ...outcome, floor });
}

/**
 * The promises that were broken, in words; none when the node has held. Time that the machine let the node wait is taken off where it was measured.
 */
export function broken(attack: Attack, outcome: Outcome): string[] {
  const limits = { ...LIMITS, ...attack.limits };
  const { seconds, traffic, joins, steady } = outcome;
  const found: string[] = [];
  const check = (what: string, value: number, limit: number, unit: string) => {
    if (value > limit) found.push(`${what} ${Math.round(value)} ${unit} (limit ${Math.round(limit)})`);
  };
  const memoryLimit = MEMORY_ANYWAY + traffic.strangers * limits.memoryPerStranger;
  const joinLimit = limits.joinMs + joins.waitMs;
  if (traffic.sent === 0 && !attack.isQuiet) found.push('the attack has sent nothing');
  check(
    'third parties got',
    traffic.thirdParty,
    limits.thirdPartyFactor * traffic.sent + THIRD_PARTY_PER_S * seconds,
    'B',
  );
  check('CPU', steady.cpuMs, allowedCpuMs(attack, outcome), 'ms');
  check('memory', outcome.memoryBytes, memoryLimit, 'B');
  check('a newcomer joined after', joins.newcomerMs, joinLimit, 'ms');
  check('who was introduced joined after', joins.introducedMs, joinLimit, 'ms');
  check("the user's join took", joins.ownMs, joinLimit, 'ms');
  check('p99', outcome.p99Ms, limits.p99Ms / outcome.share + outcome.publisherWaitMs, 'ms');
  check('the longest turn took', outcome.turnMs, allowedTurnMs(attack, outcome), 'ms');
  return found;
}
