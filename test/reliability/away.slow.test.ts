import { setTimeout } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { report } from './support/figures.js';
import { Ledger } from './support/ledger.js';
import { type ProcessNodeOptions, useProcesses } from './support/process-node.js';
import { starved } from './support/starved.js';
import { StillClock } from './support/still-clock.js';

// A machine sleeps for longer than any node remembers messages. Nobody can say how many it has missed, only that it may have missed some.

/** How long payloads are kept; for twice as long the others can say which there were. */
const CACHE_MS = 3_000;
const ASLEEP_MS = 4 * CACHE_MS;
/** What a link that was silent for this long would still bring is old, and ids are remembered for longer. */
const IDLE_MS = 2 * CACHE_MS;
/** Within this time after waking it is told, in milliseconds. */
const SOON = 10_000;

const processes = useProcesses();

const isWindows = process.platform === 'win32';
if (isWindows) console.log('away: skipped: Windows has no SIGSTOP');

test.skipIf(isWindows)('a process that slept for longer than others remember is told so, once', async () => {
  await Promise.all([sleep('with a core to run on', []), sleep('starved', starved('away'))]);
});

// On a laptop the monotonic clock stands still with the machine. What was said right before is known to nobody else when it wakes.
const why = isWindows ? 'Windows has no SIGSTOP' : StillClock.unavailable();
if (why) console.log(`away: without the sleeper whose clock stands still: ${why}`);

test.skipIf(why !== undefined)(
  'so is one whose monotonic clock stood still, and it brings nothing back that the others have forgotten',
  async () => {
    const clock = new StillClock('away');
    await sleep('whose monotonic clock stands still', clock.prefix, clock);
  },
);

/** One of three sleeps while the others talk. */
async function sleep(how: string, prefix: readonly string[], clock?: StillClock): Promise<void> {
  const ledger = new Ledger();
  const start = (name: string, options: Partial<ProcessNodeOptions> = {}) =>
    processes.start(ledger, { name, cacheMs: CACHE_MS, idleTimeoutMs: IDLE_MS, ...options });
  const first = await (await start('first')).join();
  const second = await (await start('second')).join(first.ticket);
  const sleeper = await (await start('sleeper', { prefix, deafWhileStopped: true })).join(first.ticket);
  const all = [first, second, sleeper];
  for (const node of all) await node.untilJoined();
  for (const node of all) await node.publish();
  expect(await ledger.imbalances(20_000)).toEqual([]);

  const before = ledger.count;
  const fellAsleep = performance.now();
  sleeper.process.signal('SIGSTOP');
  for (const end = performance.now() + ASLEEP_MS; performance.now() < end; await setTimeout(500)) await first.publish();
  sleeper.reader.excuse(before, ledger.count);
  clock?.stoodStill(Math.round(performance.now() - fellAsleep));
  sleeper.process.signal('SIGCONT');
  const woken = performance.now();
  const isAway = ({ reason }: { readonly reason: string }) => reason === 'away';
  await sleeper.process.until('word of its absence', () => sleeper.lagged.some(isAway), SOON);
  report({ row: 'away', figure: `a sleeper, ${how}, is told after`, value: performance.now() - woken, unit: 'ms' });

  for (const node of all) await node.publish(10);
  expect(await ledger.imbalances(20_000)).toEqual([]);
  expect(sleeper.lagged.filter(isAway)).toEqual([expect.objectContaining({ missed: 0 })]);
  expect([first, second].flatMap(({ lagged }) => lagged)).toEqual([]);
}
