import { setTimeout } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { quantile, report } from './support/figures.js';
import { joinRaw, type RawNeighbor } from './support/raw-neighbor.js';
import { type SwarmNode, useSwarm } from './support/swarm.js';
import { atRate } from './support/until.js';

// Row 6, too: a neighbor that reads nothing, or hardly anything, does not slow the others down.

const ROUNDS = 6;
const ROUND_MS = 2_500;
/** Rounds are compared at this quantile: what else goes on here only adds to a delay, and a neighbor that costs something does in every round. */
const CALM = 0.25;
/** Handshakes with a newcomer are over by then, in milliseconds: they take CPU of all nodes here, which is not what is asked about. */
const SETTLED_MS = 1_000;
/** Below this a delay is as good as none: a few turns of a busy loop, in milliseconds. */
const FLOOR = 10;

const swarm = useSwarm();

async function five(): Promise<[publisher: SwarmNode, ...others: SwarmNode[]]> {
  const [publisher, ...others] = await swarm.current.grow(5);
  if (!publisher) throw new Error('there are five');
  return [publisher, ...others];
}

test('one neighbor reads nothing: the others keep their p99', async () => {
  const { ledger } = swarm.current;
  const [publisher, ...others] = await five();
  const sentAt: number[] = [];
  let delays: number[] = [];
  for (const { reader } of others)
    reader.onReceived = (number) => delays.push(performance.now() - (sentAt[number] as number));
  /** The p99 of a round in which 200 messages a second are due. */
  const round = async () => {
    delays = [];
    await atRate(200, ROUND_MS, async (due) => {
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
    await setTimeout(SETTLED_MS);
    withMute.push(await round());
    await mute.endpoint.close();
  }
  expect(ledger.told()).toEqual({});
  const ratio = quantile(withMute, CALM) / quantile(without, CALM);
  report({ row: 'T2', figure: 'p99 of the others with one mute neighbor, beside without', value: ratio, unit: 'x' });
  expect(ratio).toBeLessThan(1.5);
});

test.each<[string, (neighbor: RawNeighbor) => Promise<void>]>([
  ['reads nothing', async () => {}],
  ['empties its queue once a second', walk],
])('one neighbor %s: a publisher keeps its rate, from the first moment on', async (what, reads) => {
  const { ledger } = swarm.current;
  const [publisher] = await five();
  /** Messages of 4,000 bytes that get through in a second, as fast as it goes. */
  const rate = async () => {
    const before = ledger.count;
    const began = performance.now();
    while (performance.now() < began + ROUND_MS) await publisher.publish(4_000);
    const published = ledger.count - before;
    const tookMs = performance.now() - began;
    expect(await ledger.imbalances(20_000)).toEqual([]);
    return (1_000 * published) / tookMs;
  };
  await rate();

  const shares: number[] = [];
  for (let i = 0; i < ROUNDS; i++) {
    // In turns, so that neither is always the later one.
    const before = i % 2 === 0 ? await rate() : undefined;
    const slow = await joinRaw(publisher);
    const reading = reads(slow);
    const beside = await rate();
    await slow.endpoint.close();
    await reading;
    shares.push(beside / (before ?? (await rate())));
  }
  const share = quantile(shares, 0.5);
  report({
    row: 'T2',
    figure: `rate of a publisher with a neighbor that ${what}, beside without`,
    value: share,
    unit: 'x',
  });
  expect(share).toBeGreaterThan(0.9);
});

/** Reads for a moment once a second, until the connection is over. */
async function walk({ connection }: RawNeighbor): Promise<void> {
  let isOpen = true;
  void connection.closed.then(() => {
    isOpen = false;
  });
  let isAwake = true;
  const pacing = (async () => {
    while (isOpen) {
      isAwake = true;
      await setTimeout(30);
      isAwake = false;
      await setTimeout(960);
    }
  })();
  const reading: Promise<void>[] = [];
  for await (const stream of connection.acceptUni()) {
    reading.push(
      (async () => {
        while (isOpen) {
          if (!isAwake) await setTimeout(5);
          else if (!(await stream.read())) return;
        }
      })().catch(() => {}), // the connection is over
    );
  }
  await Promise.all([pacing, ...reading]);
}
