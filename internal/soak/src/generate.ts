import { Random } from './random.js';
import { FAULTS, type Fault, type MachineSpec, type Schedule, type Step, settleMs } from './schedule.js';

/** What to generate. */
export interface GenerateOptions {
  readonly seed: number;
  /** The faults that may occur. Default: a few, by the seed. */
  readonly faults?: readonly Fault[];
  /** How large the swarm is, and how much happens in it: 1 is the least. Default: 1 to 4, by the seed. */
  readonly size?: number;
}

/** A schedule in the making. */
interface Plan {
  readonly random: Random;
  readonly faults: ReadonlySet<Fault>;
  readonly machines: number;
  readonly topics: number;
  readonly idleTimeoutMs: number;
  /** In no order. */
  readonly steps: Step[];
}

/** How long a storm lasts: the time in which faults begin. */
const STORM_MS = 20_000;
const START_MS = 3_000;

/** Makes a schedule. The same options give the same schedule. */
export function generate({ seed, faults: asked, size: askedSize }: GenerateOptions): Schedule {
  const random = new Random(seed, 4);
  const size = askedSize ?? random.between(1, 4);
  const faults = new Set(asked ?? chooseFaults(random));
  const idleTimeoutMs = random.pick([3_000, 10_000, 30_000]);
  const shuffleMs = random.pick([2_000, 5_000]);
  const latencyMs = random.pick([0, 1, 10, 50, 150]);
  const topics = random.pick([1, 1, 2, 5]);
  const machines = random.between(2, 3 + 3 * size);
  const plan: Plan = { random, faults, machines, topics, idleTimeoutMs, steps: [] };
  const calmMs = settleMs({ idleTimeoutMs, shuffleMs });
  const storms = random.between(1, 1 + size);

  startAll(plan);
  let now = START_MS + calmMs;
  for (let storm = 0; storm < storms; storm++) {
    publish(plan, now - calmMs / 2, calmMs / 2, size);
    publish(plan, now, STORM_MS, 2 * size);
    addFaults(plan, now, size);
    now += STORM_MS + calmMs;
  }
  // Every fault has ended by now, and what was published in the last storm is still cached.
  const endMs = now + calmMs;
  const steps = plan.steps.map((step) => cutShort(step, now)).sort((a, b) => a.at - b.at);
  const retentionMs = STORM_MS + 2 * calmMs + 30_000;
  return {
    seed,
    faults: FAULTS.filter((fault) => faults.has(fault)),
    topics,
    latencyMs,
    idleTimeoutMs,
    shuffleMs,
    retentionMs,
    machines: Array.from({ length: machines }, (_, index) => specOf(plan, index)),
    steps,
    endMs,
  };
}

function chooseFaults(random: Random): Fault[] {
  const share = random.pick([0, 0.1, 0.2, 0.4]);
  return FAULTS.filter((fault) => fault !== 'twins' && random.chance(share)).concat(
    random.chance(0.03) ? ['twins'] : [],
  );
}

function specOf({ random, faults, machines }: Plan, index: number): MachineSpec {
  const isTwin = faults.has('twins') && index === machines - 1 && machines > 2;
  return {
    identity: isTwin ? 0 : index,
    ...(faults.has('limits') && { maxMessageSize: random.pick([1_024, 4_096, 65_536]) }),
    ...(faults.has('streams') && { maxUniStreams: random.pick([3, 4, 100]) }),
    ...(faults.has('caches') && random.chance(0.5) && { cacheCount: random.pick([10, 100, 1_000]) }),
    ...(faults.has('slowReader') && { queueCapacity: random.pick([4, 64, 2_048]) }),
  };
}

function startAll({ random, machines, topics, steps }: Plan): void {
  const all = Array.from({ length: topics }, (_, topic) => topic);
  for (let machine = 0; machine < machines; machine++) {
    const via = machine === 0 ? [] : random.chance(0.5) ? [0] : [random.between(0, machine - 1), 0];
    steps.push({ at: machine === 0 ? 0 : random.between(1, START_MS), do: 'start', machine, topics: all, via });
    if (random.chance(0.1)) {
      steps.push({ at: random.between(START_MS, 2 * START_MS), do: 'subscribe', machine, topic: 0, via: [] });
    }
  }
}

function publish({ random, machines, topics, steps }: Plan, from: number, forMs: number, bursts: number): void {
  for (let burst = 0; burst < bursts; burst++) {
    steps.push({
      at: Math.round(from + random.next() * forMs),
      do: 'publish',
      machine: random.between(0, machines - 1),
      topic: random.between(0, topics - 1),
      count: random.pick([1, 5, 20, 100]),
      everyMs: random.pick([0, 1, 10, 100]),
      bytes: random.pick([10, 10, 100, 1_000, 3_900, 60_000]),
    });
  }
}

/** The faults of a storm. */
function addFaults(plan: Plan, from: number, size: number): void {
  const { random, faults } = plan;
  const kinds = [...faults].filter((fault) => makers[fault]);
  if (kinds.length === 0) return;
  for (let i = 0; i < random.between(size, 3 * size); i++) {
    const at = Math.round(from + random.next() * STORM_MS);
    makers[random.pick(kinds)]?.(plan, at);
  }
}

/** Adds the steps of a fault. Faults without a maker are settings of the machines. */
const makers: Partial<Record<Fault, (plan: Plan, at: number) => void>> = {
  churn(plan, at) {
    const { random, steps } = plan;
    const machine = anyButFirst(plan);
    const topic = random.between(0, plan.topics - 1);
    const back = at + random.pick([10, 1_000, 10_000]);
    const via = bootstrap(plan);
    if (random.chance(0.5)) {
      steps.push({ at, do: 'stop', machine }, { at: back, do: 'start', machine, topics: [topic], via });
    } else {
      steps.push({ at, do: 'unsubscribe', machine, topic }, { at: back, do: 'subscribe', machine, topic, via });
    }
  },
  crash(plan, at) {
    const machine = anyMachine(plan);
    const moves = machine !== 0 && plan.random.chance(0.3);
    plan.steps.push({ at, do: 'crash', machine, forMs: duration(plan), moves, via: bootstrap(plan) });
  },
  sleep(plan, at) {
    plan.steps.push({ at, do: 'sleep', machine: anyMachine(plan), forMs: duration(plan) });
  },
  cut: (plan, at) => cut(plan, at, 'both'),
  oneWay: (plan, at) => cut(plan, at, 'out'),
  loss(plan, at) {
    const loss = plan.random.pick([0.02, 0.1, 0.3]);
    shape(plan, at, { loss, jitterMs: plan.random.pick([0, 5, 50]) });
  },
  narrow: (plan, at) => shape(plan, at, { bytesPerSecond: plan.random.pick([2_000, 20_000, 200_000]) }),
  mtu: (plan, at) => shape(plan, at, { largestDatagram: 1_200 }),
  mute(plan, at) {
    plan.steps.push({ at, do: 'mute', machine: anyMachine(plan), forMs: duration(plan) });
  },
  slowReader(plan, at) {
    const topic = plan.random.between(0, plan.topics - 1);
    plan.steps.push({ at, do: 'stopReading', machine: anyMachine(plan), topic, forMs: duration(plan) });
  },
  socket(plan, at) {
    const machine = anyButFirst(plan);
    const topics = [plan.random.between(0, plan.topics - 1)];
    plan.steps.push({ at, do: 'killSocket', machine });
    plan.steps.push({ at: at + 1_000, do: 'start', machine, topics, via: bootstrap(plan) });
  },
};

function cut(plan: Plan, at: number, way: 'both' | 'out'): void {
  const all = Array.from({ length: plan.machines }, (_, machine) => machine);
  const share = plan.random.pick([0.2, 0.5]);
  const machines = all.filter(() => plan.random.chance(share));
  const from = all.filter((machine) => !machines.includes(machine));
  plan.steps.push({ at, do: 'cut', machines, from, way, forMs: duration(plan) });
}

function shape(plan: Plan, at: number, conditions: (Step & { do: 'shape' })['conditions']): void {
  plan.steps.push({ at, do: 'shape', machine: anyMachine(plan), conditions, forMs: duration(plan) });
}

/** Bootstrap peers, as an application has them in its settings. The first machine keeps its address. */
const bootstrap = (plan: Plan): number[] => [0, anyMachine(plan), anyMachine(plan)];

/** Any machine but the first. That one stays in all topics, so that machines that come back find the others. */
const anyButFirst = ({ random, machines }: Plan): number => random.between(1, machines - 1);

const anyMachine = ({ random, machines }: Plan): number => random.between(0, machines - 1);

/** How long a fault lasts: mostly within the idle time-out, sometimes beyond it. */
function duration({ random, idleTimeoutMs }: Plan): number {
  const longest = random.pick([300, 3_000, idleTimeoutMs * 0.9, idleTimeoutMs * 1.5]);
  return Math.round(longest * (0.2 + 0.8 * random.next()));
}

/** Ends a fault at `end`, unless it ends before. */
function cutShort(step: Step, end: number): Step {
  return 'forMs' in step && step.at + step.forMs > end ? { ...step, forMs: Math.max(1, end - step.at) } : step;
}
