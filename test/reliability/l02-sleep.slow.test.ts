import { spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { quantile, report } from './support/figures.js';
import { Ledger } from './support/ledger.js';
import { type ProcessNode, useProcesses } from './support/process-node.js';

// Two of ten machines sleep for 45 s, longer than the idle time-out. One is stopped; for the other the monotonic clock stands still as
// well, as it does on a laptop whose lid is closed.

const ASLEEP_MS = 45_000;
/** How much of the sleep the payload cache surely still holds when they wake. */
const CACHED_MS = 20_000;
const AWAKE = 8;
/** How soon after waking a message must go through in either direction, in milliseconds. */
const SOON = 6_000;

const processes = useProcesses();
const cache = fileURLToPath(new URL('../../.cache/reliability-peer', import.meta.url));
const offsetFile = join(cache, `offset-${process.pid}`);
const preload = compilePreload();

test('two of ten sleep, wake, and are back in the conversation within seconds', {
  skip: process.platform === 'win32',
}, async () => {
  const ledger = new Ledger();
  const first = await (await processes.start(ledger, { name: 'awake 0' })).join();
  const awake = [first];
  for (let i = 1; i < AWAKE; i++) {
    awake.push(await (await processes.start(ledger, { name: `awake ${i}` })).join(first.ticket));
  }
  const sleepers = [
    await processes.start(ledger, { name: 'stopped', deafWhileStopped: true }),
    ...(preload
      ? [
          await processes.start(ledger, {
            name: 'stopped, clock as well',
            deafWhileStopped: true,
            prefix: ['env', `LD_PRELOAD=${preload}`, `CLOCK_OFFSET=${offsetFile}`],
          }),
        ]
      : []),
  ];
  for (const sleeper of sleepers) await sleeper.join(first.ticket);
  const all = [...awake, ...sleepers];
  await Promise.all(all.map((node) => node.untilJoined()));
  for (const node of all) await node.publish();
  expect(await ledger.imbalances(10_000)).toEqual([]);

  const fellAsleep = Date.now();
  for (const sleeper of sleepers) sleeper.process.signal('SIGSTOP');
  const before = ledger.count;
  const speakWhile = async (ms: number) => {
    for (const end = Date.now() + ms; Date.now() < end; ) {
      await first.publish();
      await setTimeout(1_000);
    }
  };
  await speakWhile(ASLEEP_MS - CACHED_MS);
  // What is older than the cache is gone for who was away.
  for (const sleeper of sleepers) sleeper.reader.excuse(before, ledger.count);
  const cached = ledger.count;
  await speakWhile(CACHED_MS);
  const woke = ledger.count;
  setClockBack(Date.now() - fellAsleep);
  for (const sleeper of sleepers) sleeper.process.signal('SIGCONT');

  // From now on everybody talks, the woken ones at once.
  const sentAt = new Map<number, number>();
  const speak = async (node: ProcessNode) => {
    for (let i = 0; i < 20; i++) {
      const at = Date.now();
      sentAt.set(await node.publish(), at);
      await setTimeout(250);
    }
  };
  await Promise.all([first, ...sleepers].map(speak));

  expect(await ledger.imbalances(20_000)).toEqual([]);
  expect(ledger.told()).toEqual({});
  const delays = all.flatMap((node) =>
    [...sentAt].flatMap(([number, at]) =>
      node.receivedAt.has(number) ? [(node.receivedAt.get(number) as number) - at] : [],
    ),
  );
  expect(quantile(delays, 1)).toBeLessThan(SOON);
  report({ row: 'L2', figure: 'longest delay of a message after waking', value: quantile(delays, 1), unit: 'ms' });
  for (const sleeper of sleepers) {
    const heard = Array.from({ length: woke - cached }, (_, i) => cached + i).filter((n) =>
      sleeper.reader.has(n),
    ).length;
    expect(heard).toBe(woke - cached);
    report({
      row: 'L2',
      figure: `${sleeper.name}: messages of the last 20 s asleep, of ${woke - cached}`,
      value: heard,
      unit: 'messages',
    });
  }
});

/** Builds the library that lets the monotonic clock stand still. @returns its path, or undefined where that can't be done */
function compilePreload(): string | undefined {
  const source = fileURLToPath(new URL('./support/still-clock.c', import.meta.url));
  const library = join(cache, 'still-clock.so');
  mkdirSync(cache, { recursive: true });
  writeFileSync(offsetFile, new Uint8Array(8));
  if (process.platform === 'linux') {
    const { status } = spawnSync('cc', ['-shared', '-fPIC', '-o', library, source, '-ldl']);
    if (status === 0) return library;
  }
  console.log('L2: only one sleeper: a clock that stands still takes Linux and a C compiler');
  return undefined;
}

/** By how much the monotonic clock of the sleeper is behind, in milliseconds. */
function setClockBack(ms: number): void {
  const nanoseconds = Buffer.alloc(8);
  nanoseconds.writeBigInt64LE(BigInt(ms) * 1_000_000n);
  // In place: the sleeper has the file mapped.
  const file = openSync(offsetFile, 'r+');
  writeSync(file, nanoseconds, 0, 8, 0);
  closeSync(file);
}
