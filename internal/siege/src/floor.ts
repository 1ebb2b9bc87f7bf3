import { setTimeout as pause } from 'node:timers/promises';
import type { Attack } from './attack.js';
import { Child } from './child.js';
import type { AttackerRequest, AttackReport, TargetAddr, TargetReport } from './messages.js';

/** For how long it is watched without an attack, in milliseconds: looking at itself costs a target as well, and is not what receiving costs. */
const QUIET_MS = 300;
/** Until code is compiled, and then for how long it is measured, in milliseconds. */
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
    await listeners.ask({});
    await pause(QUIET_MS);
    const quiet = await listeners.ask<TargetReport>({});
    await attacker.ask({ type: 'start', name, target });
    await pause(WARM_MS);
    await listeners.ask({});
    const since = performance.now();
    const before = await attacker.ask<AttackReport>({ type: 'report' });
    await pause(MEASURE_MS);
    const { cpuMs } = await listeners.ask<TargetReport>({});
    const after = await attacker.ask<AttackReport>({ type: 'report' });
    const measured = { cpuMs, ms: performance.now() - since, sent: after.sent - before.sent };
    return { kind, cpuMsPerMegabyte: costOfMegabyte(measured, quiet.cpuMs / QUIET_MS) };
  } finally {
    signal.removeEventListener('abort', end);
  }
}

/** @param quietRate - CPU in each millisecond that it takes without an attack */
export function costOfMegabyte(
  { cpuMs, ms, sent }: { readonly cpuMs: number; readonly ms: number; readonly sent: number },
  quietRate: number,
): number {
  return sent > 0 ? Math.max(0, cpuMs - quietRate * ms) / (sent / 1e6) : 0;
}
