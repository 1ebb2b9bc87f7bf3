import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import type { EndpointAddr } from '@grapevine/net';
import type { Attack } from './attack.js';
import { HonestPeer } from './honest-peer.js';
import {
  type AttackOrder,
  type AttackReport,
  OTHER_ROOM,
  ROOM,
  type VictimReport,
  type VictimRequest,
} from './messages.js';
import type { Outcome } from './verdict.js';

/** How long the target is watched before, at least, in milliseconds. */
const QUIET_MS = 2_000;

/** Lets one attack loose on a node that serves honest peers. */
export async function siege(attack: Attack, seconds: number, signal: AbortSignal): Promise<Outcome> {
  const victim = start('victim.js', ['--expose-gc']);
  const attacker = start('attacker.js');
  const stop = () => kill(victim, attacker);
  signal.addEventListener('abort', stop);
  try {
    const [target] = (await once(victim, 'message', { signal })) as [EndpointAddr];
    await using publisher = await HonestPeer.start(ROOM, [target]);
    await using _other = await HonestPeer.start(ROOM, [target]);
    await using elsewhere = await HonestPeer.start(OTHER_ROOM);
    await publisher.topic.joined({ signal });
    publisher.publish();
    await ask(victim, { type: 'report' });
    await pause(QUIET_MS);
    const quiet = await ask<VictimReport>(victim, { type: 'report' });
    const stalls = monitorEventLoopDelay({ resolution: 1 });
    stalls.enable();
    const order: AttackOrder = { name: attack.name, target, seconds };
    attacker.send(order);
    const reported = once(attacker, 'message', { signal }) as Promise<[AttackReport]>;
    await pause((seconds * 1_000) / 3);
    const newcomerJoinMs = await newcomer(target, seconds);
    const { joinMs } = await ask<{ joinMs: number | null }>(victim, {
      type: 'join',
      bootstrap: elsewhere.endpoint.addr(),
    });
    const [report] = await reported;
    const during = await ask<VictimReport>(victim, { type: 'report' });
    return {
      ...report,
      seconds,
      cpuMs: during.cpuMs,
      quietCpuMs: (quiet.cpuMs / QUIET_MS) * seconds * 1_000,
      memoryBytes: during.rss - quiet.rss,
      p99BeforeMs: p99(quiet.lateness),
      p99Ms: p99(during.lateness),
      newcomerJoinMs,
      ownJoinMs: joinMs ?? Number.POSITIVE_INFINITY,
      longestTurnMs: during.longestTurnMs,
      stallMs: stalls.max / 1e6,
      refused: during.refused,
    };
  } finally {
    signal.removeEventListener('abort', stop);
    stop();
  }
}

/** An honest node that knows only the target. @returns how long it took to get in, in milliseconds */
async function newcomer(target: EndpointAddr, seconds: number): Promise<number> {
  const began = performance.now();
  await using peer = await HonestPeer.start(ROOM, [target]);
  return await peer.topic.joined({ signal: AbortSignal.timeout(seconds * 1_000) }).then(
    () => performance.now() - began,
    () => Number.POSITIVE_INFINITY,
  );
}

function start(file: string, execArgv: readonly string[] = []): ChildProcess {
  return fork(fileURLToPath(new URL(file, import.meta.url)), { execArgv: [...execArgv] });
}

function kill(...children: readonly ChildProcess[]): void {
  for (const child of children) child.kill('SIGKILL');
}

async function ask<T>(victim: ChildProcess, request: VictimRequest): Promise<T> {
  const answer = once(victim, 'message');
  const died = once(victim, 'exit').then(([code]) => {
    throw new Error(`the target has died with code ${code}`);
  });
  victim.send(request);
  const [result] = (await Promise.race([answer, died])) as [T];
  return result;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Infinity when nothing has arrived. */
function p99(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length * 0.99)] ?? Number.POSITIVE_INFINITY;
}
