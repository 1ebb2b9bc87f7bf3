import { setTimeout as pause } from 'node:timers/promises';
import type { Attack } from './attack.js';
import { Child } from './child.js';
import type { AttackerRequest, AttackReport, TargetAddr, TargetReport } from './messages.js';

/** Until code is compiled, and then for how long it is measured, in milliseconds. */
const WARM_MS = 400;
const MEASURE_MS = 600;

/** What an attack costs a target that takes what comes and does nothing with it. */
export interface Floor {
  readonly kind: 'transport' | 'socket';
  /** CPU, in milliseconds. */
  readonly cpuMsPerMegabyte: number;
}

/** Tries an attack on nothing but the doors: nobody who listens on the network can do with less. */
export async function floorOf(attack: Attack, signal: AbortSignal): Promise<Floor> {
  const { name, floor: kind = 'transport' } = attack;
  using doors = new Child<object>(`targets/${kind}.js`, [], ['--expose-gc']);
  using attacker = new Child<AttackerRequest>('attacker.js');
  const end = () => {
    doors[Symbol.dispose]();
    attacker[Symbol.dispose]();
  };
  signal.addEventListener('abort', end);
  try {
    const [target] = await Promise.all([doors.ready<TargetAddr>(), attacker.ready()]);
    await attacker.ask({ type: 'start', name, target });
    await pause(WARM_MS);
    await doors.ask({});
    const before = await attacker.ask<AttackReport>({ type: 'report' });
    await pause(MEASURE_MS);
    const { cpuMs } = await doors.ask<TargetReport>({});
    const after = await attacker.ask<AttackReport>({ type: 'report' });
    const megabytes = (after.sent - before.sent) / 1e6;
    return { kind, cpuMsPerMegabyte: megabytes > 0 ? cpuMs / megabytes : 0 };
  } finally {
    signal.removeEventListener('abort', end);
  }
}
