import { setTimeout } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { quantile, report } from './support/figures.js';
import { joinRaw, type RawNeighbor } from './support/raw-neighbor.js';
import { type SwarmNode, useSwarm } from './support/swarm.js';
import { atRate } from './support/until.js';

// Row 6, too: a neighbor that reads nothing, or hardly anything, costs the others nothing.

const ROUNDS = 3;
const ROUND_MS = 5_000;
/** Below this a delay is as good as none: two turns of a busy loop, in milliseconds. */
const FLOOR = 5;

const swarm = useSwarm();

async function five(): Promise<[publisher: SwarmNode, ...others: SwarmNode[]]> {
  const [publisher, ...others] = await swarm.current.grow(5);
  if (!publisher) throw new Error('there are five');
  return [publisher, ...others];
}

test('one neighbor reads nothing: the others keep their p99 within twice', async () => {
  const { ledger } = swarm.current;
  const [publisher, ...others] = await five();
  const sentAt: number[] = [];
  let delays: number[] = [];
  for (const { reader } of others)
    reader.onReceived = (number) => delays.push(performance.now() - (sentAt[number] as number));
  /** The p99 of a round in which 500 messages a second are due. */
  const round = async () => {
    delays = [];
    await atRate(500, ROUND_MS, async (due) => {
      sentAt[ledger.count] = due;
      await publisher.publish(1_000);
    });
    expect(await ledger.imbalances(10_000)).toEqual([]);
    return Math.max(FLOOR, quantile(delays, 0.99));
  };
  await round();

  const without: number[] = [];
  const withMute: number[] = [];
  for (let i = 0; i < ROUNDS; i++) {
    without.push(await round());
    const mute = await joinRaw(publisher);
    withMute.push(await round());
    await mute.endpoint.close();
  }
  expect(ledger.told()).toEqual({});
  const ratio = quantile(withMute, 0.5) / quantile(without, 0.5);
  report({ row: 'T2', figure: 'p99 of the others with one mute neighbor, beside without', value: ratio, unit: 'x' });
  expect(ratio).toBeLessThan(2);
});

test('one neighbor empties its queue once a second: a publisher keeps its rate', async () => {
  const { ledger } = swarm.current;
  const [publisher] = await five();
  /** Messages of 4,000 bytes that get through in a round, as fast as it goes. */
  const round = async () => {
    const before = ledger.count;
    for (const end = performance.now() + ROUND_MS; performance.now() < end; ) await publisher.publish(4_000);
    const published = ledger.count - before;
    expect(await ledger.imbalances(20_000)).toEqual([]);
    return published;
  };
  await round();

  const without = await round();
  const slow = await joinRaw(publisher);
  const walking = walk(slow);
  const withSlow = await round();
  await slow.endpoint.close();
  await walking;
  const share = withSlow / without;
  report({
    row: 'T2',
    figure: 'rate of a publisher with a neighbor that reads once a second',
    value: share,
    unit: 'x',
  });
  expect(share).toBeGreaterThan(0.5);
});

/** Reads for a moment once a second, until the connection is over. */
async function walk({ connection }: RawNeighbor): Promise<void> {
  let open = true;
  void connection.closed.then(() => {
    open = false;
  });
  const readers: Promise<unknown>[] = [];
  let awake = true;
  for await (const stream of connection.acceptUni()) {
    readers.push(
      (async () => {
        while (open) {
          if (!awake) await setTimeout(5);
          else if (!(await stream.read())) return;
        }
      })().catch(() => {}),
    );
    if (readers.length === 1)
      readers.push(
        (async () => {
          while (open) {
            awake = true;
            await setTimeout(30);
            awake = false;
            await setTimeout(960);
          }
        })(),
      );
  }
  await Promise.all(readers);
}
