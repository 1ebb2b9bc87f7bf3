import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { generate } from '../src/generate.js';
import { run } from '../src/run.js';
import { FAULTS, type Schedule } from '../src/schedule.js';

// A failure here: `npm run soak -- --seed N --events 1` runs the same swarm, and takes out of its schedule what the failure does not need.

const CASES = new URL('./cases/', import.meta.url);

test.each([1, 2, 3])('swarm %i keeps every promise, and its second run is the same run', async (seed) => {
  const schedule = generate({ seed, size: 1 });
  const first = await run(schedule);
  expect(first.failures).toEqual([]);
  expect(first.owed).toBeGreaterThan(0);
  const second = await run(schedule);
  expect([second.hash, second.events]).toEqual([first.hash, first.events]);
});

test('other seeds give other runs', async () => {
  const [a, b] = await Promise.all([4, 5].map((seed) => generate({ seed, size: 1, faults: [] })));
  if (!a || !b) throw new Error('unreachable');
  const first = await run(a);
  expect((await run({ ...a, seed: 5 })).hash).not.toBe(first.hash);
  expect((await run(b)).hash).not.toBe(first.hash);
});

test('every fault can be switched on by itself, and occurs then', () => {
  const steps = {
    churn: ['stop', 'unsubscribe'],
    crash: ['crash'],
    sleep: ['sleep'],
    cut: ['cut'],
    oneWay: ['cut'],
    loss: ['shape'],
    narrow: ['shape'],
    mtu: ['shape'],
    mute: ['mute'],
    slowReader: ['stopReading'],
    socket: ['killSocket'],
  } as const;
  const calm = generate({ seed: 6, faults: [] });
  for (const fault of FAULTS) {
    const { faults, steps: schedule, machines } = generate({ seed: 6, faults: [fault], size: 3 });
    expect(faults).toEqual([fault]);
    const kinds: readonly string[] = fault in steps ? steps[fault as keyof typeof steps] : [];
    const occurs =
      kinds.length > 0
        ? schedule.some((step) => kinds.includes(step.do))
        : machines.some((machine, index) => machine.identity !== index || Object.keys(machine).length > 1);
    expect(occurs, fault).toBe(true);
    expect(calm.steps.some((step) => kinds.includes(step.do))).toBe(false);
  }
});

const cases = readdirSync(CASES).filter((name) => name.endsWith('.json'));

test('there are cases', () => {
  expect(cases.length).toBeGreaterThan(0);
});

// Schedules that broke a promise once, with what the failure did not need taken out.
test.each(cases)('case %s', async (name) => {
  const schedule: Schedule = JSON.parse(readFileSync(new URL(name, CASES), 'utf8'));
  expect((await run(schedule)).failures).toEqual([]);
});
