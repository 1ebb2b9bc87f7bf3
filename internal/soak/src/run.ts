import { Reach, SAMPLE_MS } from './reach.js';
import type { Schedule } from './schedule.js';
import { type Failure, judgeDelivery, judgeViews } from './verdict.js';
import { World } from './world.js';

/** The result of a run. */
export interface RunResult {
  readonly failures: readonly Failure[];
  /** Delivered packets, timers and commands. */
  readonly events: number;
  readonly hash: string;
  readonly virtualMs: number;
  readonly published: number;
  readonly delivered: number;
  /** Pairs of a message and a reader that it is owed to. */
  readonly owed: number;
  readonly told: number;
}

/** A view may be wrong for a moment, while a request to a peer that is gone is under way: so often it is looked at. */
const LOOKS = 6;
const LOOK_AGAIN_MS = 1_300;

/** How long shutdowns may wait for acknowledgments, and connections for their time-outs. */
const AFTERMATH_MS = 60_000;

/** Runs a schedule to its end and judges it. The process must do nothing else meanwhile: see {@link World.time}. */
export async function run(schedule: Schedule, signal?: AbortSignal): Promise<RunResult> {
  const world = new World(schedule);
  const reach = new Reach(schedule);
  const failures: Failure[] = [];
  const onRejection = (reason: unknown) => failures.push(threw('a rejected promise was not handled', reason));
  process.on('unhandledRejection', onRejection);
  let owed = 0;
  try {
    await play(world, reach, signal);
    if (!schedule.faults.includes('twins')) {
      failures.push(...(await lookAtViews(world, signal)));
      await untilLossesAreTold(world, signal);
      const delivery = judgeDelivery(world.ledger, reach);
      owed = delivery.owed;
      failures.push(...delivery.failures);
    }
    failures.push(...(await tidyUp(world, signal)));
  } catch (error) {
    signal?.throwIfAborted();
    failures.push(threw('the run threw', error));
  } finally {
    process.off('unhandledRejection', onRejection);
  }
  const { ledger, trace, time } = world;
  return {
    failures,
    events: trace.events,
    hash: trace.hash,
    virtualMs: time.now,
    published: ledger.publications.length,
    delivered: ledger.delivered,
    owed,
    told: ledger.readers.reduce((sum, reader) => sum + reader.toldTotal, 0),
  };
}

async function play(world: World, reach: Reach, signal: AbortSignal | undefined): Promise<void> {
  const { schedule, time, machines, paths, ledger } = world;
  const undisturbedSince = (index: number): number | undefined => {
    const machine = machines[index];
    return machine?.process && !machine.isAsleep && machine.impairments === 0 ? machine.disturbedAt : undefined;
  };
  const isOpen = (a: number, b: number) => paths.isOpen(a, b);
  let next = 0;
  for (let now = 0; now <= schedule.endMs; now += SAMPLE_MS) {
    for (let step = schedule.steps[next]; step && step.at < now; step = schedule.steps[++next]) {
      await time.advanceTo(step.at, signal);
      world.carryOut(step);
    }
    await time.advanceTo(now, signal);
    reach.sample(now, ledger, { undisturbedSince, isOpen });
  }
}

async function lookAtViews(world: World, signal: AbortSignal | undefined): Promise<readonly Failure[]> {
  const { machines, schedule, time } = world;
  let failures: readonly Failure[] = [];
  for (let look = 0; look < LOOKS; look++) {
    failures = await judgeViews(machines, schedule.topics);
    if (failures.length === 0) break;
    await time.advanceTo(time.now + LOOK_AGAIN_MS, signal);
  }
  return failures;
}

/**
 * Waits until all losses are told. A node tells a payload as lost a retention after it last heard that a peer has it, and it may hear that a
 * retention after the payload was published.
 */
async function untilLossesAreTold({ schedule, time }: World, signal: AbortSignal | undefined): Promise<void> {
  await time.advanceTo(schedule.endMs + 2 * schedule.retentionMs, signal);
}

async function tidyUp(world: World, signal: AbortSignal | undefined): Promise<Failure[]> {
  const { network, time, stopping } = world;
  world.stopAll();
  await time.advanceTo(time.now + AFTERMATH_MS + world.schedule.idleTimeoutMs, signal);
  const left = [
    stopping.size > 0 && `${stopping.size} nodes that do not finish shutting down`,
    network.connectionCount > 0 && `${network.connectionCount} connections`,
    time.timers > 0 && `${time.timers} timers`,
  ].filter((what) => what !== false);
  return left.map((what) => ({ kind: 'left behind', message: `after everybody has stopped there are ${what}` }));
}

function threw(where: string, error: unknown): Failure {
  return {
    kind: 'threw',
    message: `${where}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
  };
}
