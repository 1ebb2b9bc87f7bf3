import { setTimeout as pause } from 'node:timers/promises';
import type { Attack } from './attack.js';
import { Child } from './child.js';
import type { AttackerRequest, AttackReport, TargetAddr, TargetReport } from './messages.js';

/**
 * For how long it is watched without an attack, in milliseconds, and how often: looking at itself costs a target as well, and is not what receiving
 * costs.
 */
const QUIET_MS = 150;
const QUIET_TIMES = 3;
/** How long it runs until code is compiled, and then how long it is measured, in milliseconds. */
const WARM_MS = 400;
const MEASURE_MS = 600;

/** What an attack costs a target that takes what comes and does nothing with it. */
export interface Floor {
  readonly kind: 'transport' | 'socket';
  /** CPU, in milliseconds. */
  readonly cpuMsPerMegabyte: number;
}

/** Tries an attack on the transports alone: nobody who listens on the network can do with less. */
export async function floorOf(attack: Attack, signal: AbortSignal): Promise<Floor> {
  const { name, floor: kind = 'transport' } = attack;
  using listeners = new Child<object>(`targets/${kind}.js`, [], ['--expose-gc']);
  using attacker = new Child<AttackerRequest>('attacker.js');
  const end = () => {
    listeners[Symbol.dispose]();
    attacker[Symbol.dispose]();
  };
  signal.addEventListener('abort', end);
  try {
    const [target] = await Promise.all([listeners.ready<TargetAddr>(), attacker.ready()]);
    const quietRate = await quietRateOf(listeners);
    await attacker.ask({ type: 'start', name, target });
    await pause(WARM_MS);
    await listeners.ask({});
    const since = performance.now();
    const before = await attacker.ask<AttackReport>({ type: 'report' });
    await pause(MEASURE_MS);
    const { cpuMs } = await listeners.ask<TargetReport>({});
    const after = await attacker.ask<AttackReport>({ type: 'report' });
    const measured = { cpuMs, ms: performance.now() - since, sent: after.sent - before.sent };
    return { kind, cpuMsPerMegabyte: costOfMegabyte(measured, quietRate) };
  } finally {
    signal.removeEventListener('abort', end);
  }
}

/** CPU in each millisecond without an attack: the least of a few looks, because a process that has just begun compiles its code meanwhile. */
async function quietRateOf(listeners: Child<object>): Promise<number> {
  const rates: number[] = [];
  for (let i = 0; i < QUIET_TIMES; i++) {
    await listeners.ask({});
    const since = performance.now();
    await pause(QUIET_MS);
    const { cpuMs } = await listeners.ask<TargetReport>({});
    rates.push(cpuMs / (performance.now() - since));
  }
  return Math.min(...rates);
}

/** @param quietRate - CPU in each millisecond that it takes without an attack */
export function costOfMegabyte(
  { cpuMs, ms, sent }: { readonly cpuMs: number; readonly ms: number; readonly sent: number },
  quietRate: number,
): number {
  return sent > 0 ? Math.max(0, cpuMs - quietRate * ms) / (sent / 1e6) : 0;
}
