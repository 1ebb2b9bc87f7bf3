import { expect, it, vi } from 'vitest';
import { NativeGarbage, type Remains } from '../../src/quic/native-garbage.js';
import { until } from './helpers.js';

const ENDED_WELL = { unearned: 0, streams: 0, silent: 0, isFlood: false };
const PIECES = { ...ENDED_WELL, unearned: 16 << 10, isFlood: true };

/** Garbage whose collections are made by hand. */
function byHand() {
  const watched = new Map<object, () => void>();
  const collector = {
    told: 0,
    allocate() {
      collector.told++;
      return new Uint8Array(0);
    },
    watch(object: object, collected: () => void) {
      watched.set(object, collected);
    },
  };
  const garbage = new NativeGarbage(collector);
  return {
    garbage,
    collector,
    left: (remains: Omit<Remains, 'native'>) => garbage.left({ ...remains, native: {} }),
    /** A collection finds all that nobody holds. @returns how many: they are freed in one turn of the event loop */
    collect() {
      const found = [...watched.values()];
      watched.clear();
      for (const collected of found) collected();
      return found.length;
    },
  };
}

/** After how many connections that end alike V8 is told. */
function toldAfter(remains: Omit<Remains, 'native'>): number {
  const { garbage, left } = byHand();
  let made = 0;
  while (!garbage.isDue) {
    left(remains);
    made++;
  }
  return made;
}

it('V8 collects connections that are over, with nothing else that it should collect for', async () => {
  const garbage = new NativeGarbage();
  let [made, collected] = [0, 0];
  const registry = new FinalizationRegistry(() => collected++);
  const one = () => {
    const native = { connection: made++ };
    registry.register(native, undefined);
    garbage.left({ ...PIECES, native });
    if (garbage.isDue) garbage.tell();
  };
  await until(() => {
    for (let i = 0; i < 8; i++) one();
    return collected > 64;
  });
  expect(made).toBeLessThan(2_000);
});

it('no turn frees more than a few connections full of single bytes, however many end at once, and each is freed', async () => {
  const garbage = new NativeGarbage();
  const CONNECTIONS = 75;
  let freed = 0;
  const registry = new FinalizationRegistry(() => freed++);
  for (let i = 0; i < CONNECTIONS; i++) {
    const native = { connection: i };
    registry.register(native, undefined);
    garbage.left({ ...PIECES, native });
  }
  const inOneTurn: number[] = [];
  await until(() => {
    if (garbage.isDue) garbage.tell();
    inOneTurn.push(freed - inOneTurn.reduce((sum, count) => sum + count, 0));
    return garbage.held === 0;
  });
  expect(Math.max(...inOneTurn)).toBeLessThan(40); // 19, or twice that where V8 collects on its own between two looks
});

it('a collection finds what can be freed in 8 ms; the rest is held until it is over, in order', () => {
  const { garbage, collector, left, collect } = byHand();
  let due = 0;
  garbage.onDue = () => due++;
  for (let i = 0; i < 60; i++) left(PIECES);
  expect(garbage.isDue).toBe(true);
  expect(garbage.held).toBe(41); // 0.43 ms each
  garbage.tell();
  expect(garbage.isDue).toBe(false);
  expect(collect()).toBe(19);
  expect(due).toBe(1);
  garbage.tell();
  expect(collect()).toBe(19);
  garbage.tell();
  expect(collect()).toBe(19);
  expect(garbage.held).toBe(0);
  expect(collect()).toBe(3); // too few to tell V8 of: whenever it collects
  expect([due, collector.told]).toEqual([2, 3]);
});

it('collections of V8 count whether it was told or not', () => {
  const { garbage, left, collect } = byHand();
  for (let i = 0; i < 18; i++) left(PIECES);
  expect(collect()).toBe(18);
  left(PIECES);
  expect([garbage.isDue, garbage.held]).toEqual([false, 0]);
});

it('what is held is bounded where V8 collects nothing, and V8 is told again for each portion', () => {
  const { garbage, collector, left } = byHand();
  for (let i = 0; i < 1_000; i++) {
    left(PIECES);
    if (garbage.isDue) garbage.tell();
    expect(garbage.held).toBeLessThanOrEqual(60);
  }
  expect(collector.told).toBe(1 + Math.floor((1_000 - 60 - 19) / 31));
});

it('V8 is told again where it does not begin to collect while others are held back, ever more rarely', () => {
  vi.useFakeTimers();
  try {
    const { garbage, collector, left, collect } = byHand();
    garbage.onDue = () => garbage.tell();
    for (let i = 0; i < 30; i++) left(PIECES);
    garbage.tell();
    vi.advanceTimersByTime(50 + 100 + 200);
    expect(collector.told).toBe(4);
    expect(collect()).toBe(19);
    vi.advanceTimersByTime(60_000);
    expect([collector.told, garbage.held]).toEqual([4, 0]);
  } finally {
    vi.useRealTimers();
  }
});

it('nothing is held when the endpoint has closed', () => {
  const { garbage, left } = byHand();
  for (let i = 0; i < 60; i++) left(PIECES);
  garbage.clear();
  expect(garbage.held).toBe(0);
});

it('small connections are a reason to collect by the hundred', () => {
  expect(toldAfter(ENDED_WELL)).toBe(400);
});

it('streams that said nothing weigh what they take, and not what any flood may have pinned', () => {
  const silent = (count: number) => toldAfter({ unearned: 2_048, streams: 120, silent: count, isFlood: true });
  expect(silent(4_000)).toBeLessThan(10);
  expect(silent(200)).toBeGreaterThan(40);
});

it('a flood weighs what a stranger may pin, or what is known of it where that is more, and not both', () => {
  const unearned = (bytes: number) => toldAfter({ ...ENDED_WELL, unearned: bytes, isFlood: true });
  expect(unearned(0)).toBe(31);
  expect(unearned(256 << 10)).toBe(2);
});
