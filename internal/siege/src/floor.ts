import { setTimeout as pause } from 'node:timers/promises';
import type { Attack } from './attack.js';
import { Child } from './child.js';
import { loadHostileKit } from './hostile-kit.js';
import type { AttackerRequest, AttackReport, ListenersRequest, TargetAddr, TargetReport } from './messages.js';

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
  /** What a handshake costs these listeners if they end each connection at once, in milliseconds; 0 where it was not measured. */
  readonly handshakeMs: number;
}

/** Tries an attack on the transports alone: nobody who listens on the network can do with less. */
export async function floorOf(attack: Attack, signal: AbortSignal): Promise<Floor> {
  const { name, floor: kind = 'transport' } = attack;
  using listeners = new Child<ListenersRequest>(`targets/${kind}.js`, [], ['--expose-gc']);
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
    const measured = await measure(listeners, attacker);
    const cpuMsPerMegabyte = costOfMegabyte(measured, quietRate);
    if (!attack.isFromEverywhere) return { kind, cpuMsPerMegabyte, handshakeMs: 0 };
    await listeners.ask({ type: 'end' });
    await pause(WARM_MS);
    return { kind, cpuMsPerMegabyte, handshakeMs: costOfHandshake(await measure(listeners, attacker), quietRate) };
  } finally {
    signal.removeEventListener('abort', end);
  }
}

/** What listeners and attacker have done in a while. */
interface Measured {
  readonly cpuMs: number;
  readonly ms: number;
  readonly sent: number;
  readonly handshakes: number;
}

async function measure(listeners: Child<ListenersRequest>, attacker: Child<AttackerRequest>): Promise<Measured> {
  await listeners.ask({ type: 'report' });
  const since = performance.now();
  const before = await attacker.ask<AttackReport>({ type: 'report' });
  await pause(MEASURE_MS);
  const { cpuMs } = await listeners.ask<TargetReport>({ type: 'report' });
  const after = await attacker.ask<AttackReport>({ type: 'report' });
  const ms = performance.now() - since;
  return { cpuMs, ms, sent: after.sent - before.sent, handshakes: after.handshakes - before.handshakes };
}

/** CPU in each millisecond without an attack: the least of a few looks, because a process that has just begun compiles its code meanwhile. */
async function quietRateOf(listeners: Child<ListenersRequest>): Promise<number> {
  const rates: number[] = [];
  for (let i = 0; i < QUIET_TIMES; i++) {
    await listeners.ask({ type: 'report' });
    const since = performance.now();
    await pause(QUIET_MS);
    const { cpuMs } = await listeners.ask<TargetReport>({ type: 'report' });
    rates.push(cpuMs / (performance.now() - since));
  }
  return Math.min(...rates);
}

/** @param quietRate - CPU in each millisecond that it takes without an attack */
export function costOfMegabyte(
  { cpuMs, ms, sent }: Pick<Measured, 'cpuMs' | 'ms' | 'sent'>,
  quietRate: number,
): number {
  return sent > 0 ? Math.max(0, cpuMs - quietRate * ms) / (sent / 1e6) : 0;
}

/** @param quietRate - as above */
function costOfHandshake({ cpuMs, ms, handshakes }: Measured, quietRate: number): number {
  return handshakes > 0 ? Math.max(0, cpuMs - quietRate * ms) / handshakes : 0;
}

let bareMs: number | undefined;

/** What quiche alone takes for a handshake, in milliseconds: without a socket, without our driver. Measured once. */
export async function bareHandshakeMs(): Promise<number> {
  bareMs ??= (await loadHostileKit()).handshakeMs();
  return bareMs;
}
