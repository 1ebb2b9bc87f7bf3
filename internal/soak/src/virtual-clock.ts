import type { Clock, ClockTimer } from '@grapevine/net';

interface Pending {
  readonly at: number;
  readonly order: number;
  /** Undefined once it was cancelled or has fired. */
  callback: (() => void) | undefined;
}

/**
 * Times are multiples of 1/1024 ms, so that sums and differences are exact: a timer that is armed for `at - now` fires at `at`, and not a
 * rounding error before.
 */
const GRID = 1024;

/** What the wall clock shows when the simulation begins: an arbitrary day. */
const EPOCH = Date.UTC(2026, 0, 1);

/** Cancelled timers are swept out when there are more of them than this, and more than live ones. */
const MANY = 1_000;

/**
 * Time that runs as fast as its events are handled. Timers fire in order of time, then of arming. Between two events all settled promises
 * run their callbacks, as between two turns of Node's event loop. Nothing else may happen in the process: no IO, no other timers.
 */
export class VirtualClock {
  #now = 0;
  #order = 0;
  #live = 0;
  #heap: Pending[] = [];
  #deferred: Pending[] = [];
  #machines: MachineClock[] = [];

  /** Milliseconds since the beginning. */
  get now(): number {
    return this.#now;
  }

  /** How many timers are armed, including those of machines that sleep. */
  get timers(): number {
    return this.#machines.reduce((sum, machine) => sum + machine.heldTimers, this.#live);
  }

  /** A new clock, for a machine that can sleep and die. */
  machine(onFire: () => void): MachineClock {
    const machine = new MachineClock(this, onFire);
    this.#machines.push(machine);
    return machine;
  }

  /** Drops the clock of a machine that is gone for good. */
  forget(machine: MachineClock): void {
    this.#machines = this.#machines.filter((other) => other !== machine);
  }

  /** @internal */
  arm(callback: () => void, delayMs: number): ClockTimer {
    const at = this.#now + Math.ceil(Math.max(0, delayMs) * GRID) / GRID;
    const pending: Pending = { at, order: this.#order++, callback };
    this.#live++;
    push(this.#heap, pending);
    return this.#handle(pending);
  }

  /** @internal */
  defer(callback: () => void): ClockTimer {
    const pending: Pending = { at: this.#now, order: this.#order++, callback };
    this.#live++;
    this.#deferred.push(pending);
    return this.#handle(pending);
  }

  /** Runs everything up to a time, or until aborted. */
  async advanceTo(end: number, signal?: AbortSignal): Promise<void> {
    await turn();
    for (let next = this.#take(end); next; next = this.#take(end)) {
      next();
      await turn();
      signal?.throwIfAborted();
    }
    this.#now = Math.max(this.#now, Math.ceil(end * GRID) / GRID);
  }

  #handle(pending: Pending): ClockTimer {
    return {
      cancel: () => {
        if (!pending.callback) return;
        pending.callback = undefined;
        this.#live--;
        if (this.#heap.length > MANY && this.#heap.length > 2 * this.#live) this.#sweep();
      },
    };
  }

  /** The next callback: what was deferred comes before the next timer. */
  #take(end: number): (() => void) | undefined {
    for (;;) {
      const pending = this.#deferred.shift() ?? this.#nextTimer(end);
      if (!pending) return undefined;
      const { callback, at } = pending;
      if (!callback) continue;
      pending.callback = undefined;
      this.#live--;
      if (at > this.#now) this.#now = at;
      return callback;
    }
  }

  #nextTimer(end: number): Pending | undefined {
    const head = this.#heap[0];
    return head && head.at <= end ? pop(this.#heap) : undefined;
  }

  #sweep(): void {
    const live = this.#heap.filter(({ callback }) => callback);
    this.#heap = [];
    for (const pending of live) push(this.#heap, pending);
  }
}

interface MachineTimer {
  readonly callback: () => void;
  handle: ClockTimer | undefined;
  /** What is left of the delay while the machine sleeps. */
  remaining: number;
  readonly isDeferred: boolean;
  readonly dueAt: number;
}

/** The clock of one machine. It stands still while the machine sleeps; the wall clock does not. */
export class MachineClock implements Clock {
  readonly #time: VirtualClock;
  readonly #onFire: () => void;
  readonly #timers = new Set<MachineTimer>();
  #state: 'awake' | 'asleep' | 'dead' = 'awake';
  #slept = 0;
  #asleepSince = 0;

  constructor(time: VirtualClock, onFire: () => void) {
    this.#time = time;
    this.#onFire = onFire;
  }

  get heldTimers(): number {
    return this.#state === 'asleep' ? this.#timers.size : 0;
  }

  now(): number {
    return (this.#state === 'awake' ? this.#time.now : this.#asleepSince) - this.#slept;
  }

  wallNow(): number {
    return EPOCH + this.#time.now;
  }

  setTimer(callback: () => void, delayMs: number): ClockTimer {
    return this.#add(callback, delayMs, false);
  }

  defer(callback: () => void): ClockTimer {
    return this.#add(callback, 0, true);
  }

  /** Nothing fires until {@link MachineClock.wake}. */
  sleep(): void {
    if (this.#state !== 'awake') return;
    this.#asleepSince = this.#time.now;
    this.#state = 'asleep';
    for (const timer of this.#timers) {
      timer.remaining = timer.dueAt - this.now();
      timer.handle?.cancel();
      timer.handle = undefined;
    }
  }

  wake(): void {
    if (this.#state !== 'asleep') return;
    this.#state = 'awake';
    this.#slept += this.#time.now - this.#asleepSince;
    for (const timer of this.#timers) this.#arm(timer);
  }

  /** Nothing fires any more, and nothing can be armed. */
  kill(): void {
    if (this.#state === 'awake') this.#asleepSince = this.#time.now;
    this.#state = 'dead';
    for (const timer of this.#timers) timer.handle?.cancel();
    this.#timers.clear();
    this.#time.forget(this);
  }

  #add(callback: () => void, delayMs: number, isDeferred: boolean): ClockTimer {
    const remaining = Math.max(0, delayMs);
    const timer: MachineTimer = { callback, handle: undefined, remaining, isDeferred, dueAt: this.now() + remaining };
    if (this.#state !== 'dead') this.#timers.add(timer);
    if (this.#state === 'awake') this.#arm(timer);
    return {
      cancel: () => {
        timer.handle?.cancel();
        this.#timers.delete(timer);
      },
    };
  }

  #arm(timer: MachineTimer): void {
    const fire = () => {
      this.#timers.delete(timer);
      this.#onFire();
      timer.callback();
    };
    timer.handle = timer.isDeferred ? this.#time.defer(fire) : this.#time.arm(fire, timer.remaining);
  }
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const isBefore = (a: Pending, b: Pending): boolean => a.at < b.at || (a.at === b.at && a.order < b.order);

function push(heap: Pending[], pending: Pending): void {
  let child = heap.length;
  heap.push(pending);
  while (child > 0) {
    const parent = (child - 1) >> 1;
    if (!isBefore(pending, heap[parent] as Pending)) break;
    heap[child] = heap[parent] as Pending;
    child = parent;
  }
  heap[child] = pending;
}

function pop(heap: Pending[]): Pending | undefined {
  const top = heap[0];
  const last = heap.pop();
  if (!last || heap.length === 0) return top;
  let parent = 0;
  for (;;) {
    let child = 2 * parent + 1;
    if (child >= heap.length) break;
    const right = child + 1;
    if (right < heap.length && isBefore(heap[right] as Pending, heap[child] as Pending)) child = right;
    if (!isBefore(heap[child] as Pending, last)) break;
    heap[parent] = heap[child] as Pending;
    parent = child;
  }
  heap[parent] = last;
  return top;
}
