import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { generate } from '../src/generate.js';
import { run } from '../src/run.js';
import { FAULTS, type Fault, type Schedule } from '../src/schedule.js';

// After a failure here, `npm run soak -- --seed 2 --size 1 --events 1 --faults A,B` runs the same swarm, and takes out of its schedule
// what the failure does not need.

const CASES = new URL('./cases/', import.meta.url);

test.each<[readonly Fault[]]>([
  [[]],
  [['churn', 'crash']],
  [['sleep', 'cut', 'oneWay']],
  [['loss', 'narrow', 'mtu']],
  [['mute', 'slowReader', 'streams']],
  [['limits', 'caches']],
  [['socket']],
])('a swarm keeps every promise, and its second run is the same run, with %j', async (faults) => {
  const schedule = generate({ seed: 2, size: 1, faults });
  const first = await run(schedule);
  expect(first.failures).toEqual([]);
  expect(first.owed).toBeGreaterThan(0);
  const second = await run(schedule);
  expect([second.hash, second.events]).toEqual([first.hash, first.events]);
});

test('other seeds give other runs', async () => {
  const schedule = generate({ seed: 8, size: 1, faults: [] });
  const { hash } = await run(schedule);
  expect((await run({ ...schedule, seed: 9 })).hash).not.toBe(hash);
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

// Schedules that once broke a promise, without what the failure did not need.
test.each(cases)('case %s', async (name) => {
  const schedule: Schedule = JSON.parse(readFileSync(new URL(name, CASES), 'utf8'));
  expect((await run(schedule)).failures).toEqual([]);
});
