import { expect, test } from 'vitest';
import { VirtualClock } from '../src/virtual-clock.js';

function start() {
  const time = new VirtualClock();
  const log: string[] = [];
  let fired = 0;
  const clock = time.machine(() => fired++);
  const say = (text: string) => () => log.push(`${text} at ${time.now}`);
  return { time, clock, log, say, fired: () => fired };
}

test('timers fire in order of time, then of arming; what is deferred comes first', async () => {
  const { time, clock, log, say, fired } = start();
  clock.setTimer(say('late'), 20);
  clock.setTimer(say('first'), 10);
  clock.setTimer(say('second'), 10);
  clock.setTimer(say('cancelled'), 10).cancel();
  clock.defer(say('deferred'));
  await time.advanceTo(15);
  expect(log).toEqual(['deferred at 0', 'first at 10', 'second at 10']);
  expect([time.now, time.timers, fired()]).toEqual([15, 1, 3]);
  await time.advanceTo(20);
  expect(log.at(-1)).toBe('late at 20');
  expect(time.timers).toBe(0);
});

test('between two events everything that waits for promises runs, however long the chain', async () => {
  const { time, clock, log, say } = start();
  const chain = async () => {
    for (let i = 0; i < 1_000; i++) await Promise.resolve();
    say('promises')();
    clock.defer(say('deferred behind them'));
  };
  clock.setTimer(() => void chain(), 10);
  clock.setTimer(say('next timer'), 10);
  await time.advanceTo(10);
  expect(log).toEqual(['promises at 10', 'deferred behind them at 10', 'next timer at 10']);
});

test('a timer never fires early, whatever fraction of a millisecond it is armed for', async () => {
  const { time, clock } = start();
  const target = 1000 / 3;
  let firedAt = 0;
  await time.advanceTo(Math.PI);
  clock.setTimer(() => {
    firedAt = clock.now();
  }, target - clock.now());
  await time.advanceTo(1_000);
  expect(firedAt).toBeGreaterThanOrEqual(target);
  expect(firedAt - target).toBeLessThan(0.001);
});

test('on a machine that sleeps time stands still, and goes on where it stood; the wall clock jumps', async () => {
  const { time, clock, log, say } = start();
  const wall = clock.wallNow();
  clock.setTimer(say('timer'), 30);
  await time.advanceTo(10);
  clock.sleep();
  clock.setTimer(say('armed by what still ran'), 5);
  expect(time.timers).toBe(2);
  await time.advanceTo(1_000);
  expect([clock.now(), log]).toEqual([10, []]);
  clock.wake();
  await time.advanceTo(2_000);
  expect(log).toEqual(['armed by what still ran at 1005', 'timer at 1020']);
  expect([clock.now(), clock.wallNow() - wall]).toEqual([1_010, 2_000]);
});

test('on a machine that is gone nothing fires and nothing can be armed', async () => {
  const { time, clock, log, say } = start();
  clock.setTimer(say('timer'), 30);
  clock.kill();
  clock.setTimer(say('another'), 30);
  clock.defer(say('deferred'));
  await time.advanceTo(100);
  expect([log, time.timers]).toEqual([[], 0]);
});

test('ten thousand timers that are cancelled leave nothing in the way', async () => {
  const { time, clock, log, say } = start();
  clock.setTimer(say('kept'), 1_000);
  for (let i = 0; i < 10_000; i++) clock.setTimer(say('cancelled'), i).cancel();
  expect(time.timers).toBe(1);
  await time.advanceTo(20_000);
  expect(log).toEqual(['kept at 1000']);
});
