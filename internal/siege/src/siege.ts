import { setTimeout as pause } from 'node:timers/promises';
import type { Attack } from './attack.js';
import { Child } from './child.js';
import { bareHandshakeMs, type Floor, floorOf } from './floor.js';
import { type HonestJoins, honestJoins } from './honest-joins.js';
import { HonestPeer } from './honest-peer.js';
import {
  type AttackerRequest,
  type AttackReport,
  OTHER_ROOM,
  ROOM,
  type TargetAddr,
  type TargetReport,
  type TargetRequest,
} from './messages.js';
import { TurnMeter } from './turn-meter.js';

/** How long the target is watched without an attack, in milliseconds. */
const QUIET_MS = 700;

/** What sources save up is spent within this time, and code has been compiled: CPU is measured after it. In milliseconds. */
const WARM_MS = 1_000;

/** Peers that a target holds at once: few, so that slots run short within seconds, and enough to tell what each of them takes. */
const MAX_PEERS = 128;

/** What was measured while an attack went on. */
export interface Outcome {
  readonly seconds: number;
  /** Of the whole attack. */
  readonly traffic: AttackReport;
  /** After the first second: how long, what came in, and what the target has used besides what it uses anyway. */
  readonly steady: {
    readonly seconds: number;
    readonly sent: number;
    readonly handshakes: number;
    readonly cpuMs: number;
  };
  readonly floor: Floor;
  /** What quiche alone takes for a handshake, in milliseconds of CPU. */
  readonly bareHandshakeMs: number;
  /** What the target has gained. */
  readonly memoryBytes: number;
  readonly p99BeforeMs: number;
  readonly p99Ms: number;
  readonly joinsBefore: HonestJoins;
  readonly joins: HonestJoins;
  readonly turnMs: number;
  /** How long the machine let the target wait in one go, and the honest publisher, in milliseconds. */
  readonly longestWaitMs: number;
  readonly publisherWaitMs: number;
  /** How much of the CPU that the target asked for while it was attacked the machine gave it: 1 on one that is quiet. */
  readonly share: number;
  /** How many times the CPU time that the same work took at its quickest. */
  readonly slowdown: number;
  readonly refused: Readonly<Record<string, number>>;
}

/** Lets one attack loose on a node that serves honest peers. */
export async function siege(attack: Attack, seconds: number, signal: AbortSignal): Promise<Outcome> {
  const bareMs = await bareHandshakeMs(); // before there is anybody whom it would keep waiting
  using node = new Child<TargetRequest>('targets/node.js', [String(MAX_PEERS)], ['--expose-gc']);
  using attacker = new Child<AttackerRequest>('attacker.js');
  const end = () => {
    node[Symbol.dispose]();
    attacker[Symbol.dispose]();
  };
  signal.addEventListener('abort', end);
  try {
    const measuringFloor = floorOf(attack, signal); // while processes start and code is compiled
    measuringFloor.catch(() => {}); // told below
    const [target] = await Promise.all([node.ready<TargetAddr>(), attacker.ready()]);
    await using publisher = await HonestPeer.start(ROOM, [target.node]);
    await using _other = await HonestPeer.start(ROOM, [target.node]);
    await using elsewhere = await HonestPeer.start(OTHER_ROOM);
    await publisher.topic.joined({ signal });
    publisher.publish();
    const report = () => node.ask<TargetReport>({ type: 'report' });
    const tryJoins = () => honestJoins({ target: target.node, elsewhere, node });

    const joinsBefore = await tryJoins();
    const floor = await measuringFloor;
    await report();
    await pause(QUIET_MS);
    const quiet = await report();
    const joinCost = await costOf(report, tryJoins);
    const quietRate = quiet.cpuMs / QUIET_MS;

    const publishers = new TurnMeter();
    const began = performance.now();
    await attacker.ask({ type: 'start', name: attack.name, target });
    await pause(Math.min(WARM_MS, (seconds * 1_000) / 2));
    const warm = await report();
    const warmTraffic = await attacker.ask<AttackReport>({ type: 'report' });
    const steadyFrom = performance.now();
    const { joins, ...joined } = await during(report, tryJoins);
    await pause(Math.max(0, began + seconds * 1_000 - performance.now()));
    const last = await report();
    const traffic = await attacker.ask<AttackReport>({ type: 'report' });
    const steadyMs = performance.now() - steadyFrom;
    const reports = [warm, joined.report, last];
    const cpuMs = joined.report.cpuMs + last.cpuMs - quietRate * steadyMs - (joinCost.cpuMs - quietRate * joinCost.ms);
    return {
      seconds,
      traffic,
      steady: {
        seconds: steadyMs / 1_000,
        sent: traffic.sent - warmTraffic.sent,
        handshakes: traffic.handshakes - warmTraffic.handshakes,
        cpuMs: Math.max(0, cpuMs),
      },
      floor,
      bareHandshakeMs: bareMs,
      memoryBytes: last.memoryBytes - joinCost.memoryBytes,
      p99BeforeMs: p99(quiet.lateness),
      p99Ms: p99(reports.flatMap(({ lateness }) => lateness)),
      joinsBefore,
      joins,
      turnMs: Math.max(...reports.map(({ turnMs }) => turnMs)),
      longestWaitMs: Math.max(...reports.map(({ longestWaitMs }) => longestWaitMs)),
      publisherWaitMs: publishers.take().longestWaitMs,
      share: shareOf(reports),
      slowdown: slowdownOf([quiet, ...reports]),
      refused: last.refused,
    };
  } finally {
    signal.removeEventListener('abort', end);
  }
}

/** The quickest that was ever seen, on this machine, by this process. */
let quickestMs = Number.POSITIVE_INFINITY;

function slowdownOf(reports: readonly TargetReport[]): number {
  const paces = reports.map(({ paceMs }) => paceMs);
  quickestMs = Math.min(quickestMs, ...paces);
  return Math.max(...paces) / quickestMs;
}

function shareOf(reports: readonly TargetReport[]): number {
  const ran = sumOf(reports, ({ runMs }) => runMs);
  const waited = sumOf(reports, ({ waitMs }) => waitMs);
  return ran > 0 ? ran / (ran + waited) : 1;
}

function sumOf<T>(items: readonly T[], value: (item: T) => number): number {
  return items.reduce((sum, item) => sum + value(item), 0);
}

async function during(report: () => Promise<TargetReport>, tryJoins: () => Promise<HonestJoins>) {
  const joins = await tryJoins();
  const after = await report();
  return { joins: { ...joins, waitMs: joins.waitMs + after.waitMs }, report: after };
}

async function costOf(report: () => Promise<TargetReport>, tryJoins: () => Promise<HonestJoins>) {
  const began = performance.now();
  await tryJoins();
  const { cpuMs, memoryBytes } = await report();
  return { cpuMs, memoryBytes, ms: performance.now() - began };
}

/** Infinity when nothing has arrived. */
function p99(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length * 0.99)] ?? Number.POSITIVE_INFINITY;
}
