import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { ChaCha12Rng } from '../../sim/src/chacha12-rng.js';
import {
  type Command,
  type Config,
  defaultConfig,
  type InEvent,
  type KernelState,
  resolveConfig,
  State,
  TimerHeap,
} from '../src/index.js';
import { ReferenceState } from '../src/reference/index.js';
import { utf8 } from './helper/node.js';
import { debugInput, debugOutput } from './helper/rust-debug.js';
import { TOPIC } from './helper/topic.js';
import expected from './reference-trace/hashes.json' with { type: 'json' };

// The schedule of reference-trace/main.rs, line by line: same numbers, same times (in microseconds), same ties.

/** A linear congruential generator: what decides the schedule, not what the nodes decide with. */
class Schedule {
  private state: number;

  constructor(seed: number) {
    this.state = seed;
  }

  next(limit: number): number {
    this.state = (Math.imul(this.state, 1_664_525) + 1_013_904_223) >>> 0;
    return Number((BigInt(this.state >>> 8) * BigInt(limit)) >> 24n);
  }
}

const latency = (a: number, b: number): number =>
  10_000 + ((Math.min(a, b) * 7919 + Math.max(a, b) * 104_729 + 13) % 40_000);
const linkKey = (a: number, b: number): string => (a < b ? `${a} ${b}` : `${b} ${a}`);
const command = (value: Command<number>): InEvent<number> => ({ type: 'command', topic: TOPIC, command: value });

function configOf([, , , active, passive, shuffleMs]: readonly number[]): Config {
  const defaults = defaultConfig('microseconds');
  if (active === undefined || passive === undefined || shuffleMs === undefined) {
    return resolveConfig({ mode: 'reference' }, defaults);
  }
  return resolveConfig(
    {
      mode: 'reference',
      membership: { activeViewCapacity: active, passiveViewCapacity: passive, shuffleInterval: shuffleMs * 1_000 },
      broadcast: { messageCacheRetention: 2_000_000, messageIdRetention: 4_000_000, optimizationThreshold: 1 },
    },
    defaults,
  );
}

function nextEvent(schedule: Schedule, nodes: number, step: number): InEvent<number> {
  switch (schedule.next(20)) {
    case 0:
      return command({ type: 'quit' });
    case 1:
      return command({ type: 'join', peers: [schedule.next(nodes)] });
    case 2:
      return { type: 'peerDisconnected', peer: schedule.next(nodes) };
    case 3:
      return { type: 'updatePeerData', data: new Uint8Array(4).fill(step) };
    case 4:
      return command({ type: 'broadcast', content: utf8(`n${step}`), scope: 'neighbors' });
    default:
      return command({ type: 'broadcast', content: utf8(`m${step}`), scope: 'swarm' });
  }
}

function trace(parameters: readonly number[]): string[] {
  const [seed = 0, nodes = 0, steps = 0] = parameters;
  const config = configOf(parameters);
  const schedule = new Schedule(seed);
  const queue = new TimerHeap<{ readonly peer: number; readonly event: InEvent<number> }>();
  const states: KernelState<number>[] = [];
  let at = 0;
  for (let me = 0; me < nodes; me++) {
    const peerData = new Uint8Array(me % 3 === 0 ? 0 : 3).fill(me);
    // Every other node is the kernel that has this mode only: it decides alike.
    const Kernel = me % 2 === 0 ? State : ReferenceState;
    states.push(new Kernel({ me, peerData, config, rng: ChaCha12Rng.seedFromU64(seed * 1_000 + me) }));
    const peers = me === 0 ? [] : [schedule.next(me)];
    at += schedule.next(30_000);
    queue.insert(at, { peer: me, event: command({ type: 'join', peers }) });
  }
  for (let step = 0; step < steps; step++) {
    at += schedule.next(40_000);
    const peer = schedule.next(nodes);
    queue.insert(at, { peer, event: nextEvent(schedule, nodes, step) });
  }

  const lines: string[] = [];
  const links = new Set<string>();
  const end = at + 8_000_000;
  for (let next = queue.popUntil(end); next !== undefined; next = queue.popUntil(end)) {
    const { peer, event } = next.item;
    if (event.type === 'recvMessage') links.add(linkKey(event.from, peer));
    lines.push(`@${next.time} ${peer} < ${debugInput(event)}`);
    const disconnects: number[] = [];
    for (const output of (states[peer] as KernelState<number>).handle(event, next.time)) {
      lines.push(`  ${debugOutput(output)}`);
      if (output.type === 'sendMessage') {
        const received: InEvent<number> = { type: 'recvMessage', from: peer, topic: TOPIC, message: output.message };
        queue.insert(next.time + latency(peer, output.to), { peer: output.to, event: received });
      } else if (output.type === 'scheduleTimer') {
        queue.insert(next.time + output.delay, { peer, event: { type: 'timerExpired', timer: output.timer } });
      } else if (output.type === 'disconnectPeer') {
        disconnects.push(output.peer);
      }
    }
    for (const other of disconnects) {
      if (!links.delete(linkKey(peer, other))) continue;
      queue.insert(next.time + latency(peer, other) + 1, { peer: other, event: { type: 'peerDisconnected', peer } });
    }
  }
  return lines;
}

describe('the reference mode', () => {
  test.each(expected)('decides as iroh-gossip 0.101 does, output for output: $arguments', (row) => {
    const lines = trace(row.arguments);
    expect(lines).toHaveLength(row.lines);
    expect(
      createHash('sha256')
        .update(`${lines.join('\n')}\n`)
        .digest('hex'),
    ).toBe(row.sha256);
  });
});
