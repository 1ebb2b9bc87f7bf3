import { setTimeout } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { quantile, report } from './support/figures.js';
import { Ledger } from './support/ledger.js';
import { type ProcessNode, useProcesses } from './support/process-node.js';
import { StillClock } from './support/still-clock.js';

// Machines sleep for 45 s, longer than the idle time-out. One process of a swarm is stopped; for another the monotonic clock stands
// still as well, as it does on a laptop whose lid is closed. A small swarm has few that could wake it by a dial of their own.

const ASLEEP_MS = 45_000;
/** How much of the sleep the payload cache surely still holds when they wake. */
const CACHED_MS = 20_000;
/** How soon after waking a message must go through in either direction, in milliseconds. */
const SOON = 6_000;

const processes = useProcesses();

const isWindows = process.platform === 'win32';
if (isWindows) console.log('L2 is skipped: Windows has no SIGSTOP');

test.skipIf(isWindows)('a member that slept is back in the conversation within seconds', async () => {
  const why = StillClock.unavailable();
  if (why) console.log(`L2: without the sleepers whose clock stands still: ${why}`);
  await Promise.all([
    ...(why ? [] : [2, 8].map((awake) => sleep(awake, 'a clock that stood still', new StillClock(`${awake}`)))),
    sleep(2, 'a stopped process', undefined),
  ]);
});

/** One of a swarm sleeps, then all talk. */
async function sleep(others: number, how: string, clock: StillClock | undefined): Promise<void> {
  const ledger = new Ledger();
  const first = await (await processes.start(ledger, { name: 'awake 0' })).join();
  const awake = [first];
  for (let i = 1; i < others; i++) {
    awake.push(await (await processes.start(ledger, { name: `awake ${i}` })).join(first.ticket));
  }
  const sleeper = await processes.start(ledger, {
    name: 'sleeper',
    deafWhileStopped: true,
    ...(clock ? { prefix: clock.prefix } : {}),
  });
  await sleeper.join(first.ticket);
  const all = [...awake, sleeper];
  await Promise.all(all.map((node) => node.untilJoined()));
  for (const node of all) await node.publish();
  expect(await ledger.imbalances(10_000)).toEqual([]);

  const fellAsleep = Date.now();
  sleeper.process.signal('SIGSTOP');
  const before = ledger.count;
  const speakUntil = async (end: number) => {
    while (Date.now() < end) {
      await first.publish();
      await setTimeout(1_000);
    }
  };
  await speakUntil(fellAsleep + ASLEEP_MS - CACHED_MS);
  sleeper.reader.excuse(before, ledger.count); // older than the cache when it wakes
  const cached = ledger.count;
  const tooOld = cached - before;
  await speakUntil(fellAsleep + ASLEEP_MS);
  const asleep = ledger.count - cached;
  clock?.stoodStill(Date.now() - fellAsleep);
  sleeper.process.signal('SIGCONT');

  const sentAt = new Map<number, number>();
  const speak = async (node: ProcessNode) => {
    for (let i = 0; i < 40; i++) {
      const at = Date.now();
      sentAt.set(await node.publish(), at);
      await setTimeout(250);
    }
  };
  await Promise.all([speak(first), speak(sleeper)]);

  expect(await ledger.imbalances(20_000)).toEqual([]);
  // The sleeper is told how many messages were older than the cache's time when it woke.
  const { unavailable = 0, ...otherReasons } = ledger.told();
  expect(otherReasons).toEqual({});
  expect(unavailable).toBeLessThanOrEqual(tooOld);
  const delays = all.flatMap(({ receivedAt }) =>
    [...sentAt].flatMap(([number, at]) => (receivedAt.has(number) ? [(receivedAt.get(number) as number) - at] : [])),
  );
  report({
    row: 'L2',
    figure: `${how}, beside ${others} others: all ${asleep} messages of the last 20 s, longest delay after waking`,
    value: quantile(delays, 1),
    unit: 'ms',
  });
  expect(quantile(delays, 1)).toBeLessThan(SOON);
}
