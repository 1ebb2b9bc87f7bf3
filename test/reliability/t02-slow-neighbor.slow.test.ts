import { expect, test } from 'vitest';
import { quantile, report } from './support/figures.js';
import { joinRaw } from './support/raw-neighbor.js';
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
