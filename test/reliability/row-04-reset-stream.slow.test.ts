import { setTimeout } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { report } from './support/figures.js';
import { useSwarm } from './support/swarm.js';
import { type Taps, tap } from './support/tapped-endpoint.js';
import { until } from './support/until.js';

const swarm = useSwarm();

test.each([
  { how: 'its sender resets it', side: 0, breakOne: ({ sending }: Taps) => sending.at(-1)?.reset(9) },
  { how: 'its sender resets it', side: 1, breakOne: ({ sending }: Taps) => sending.at(-1)?.reset(9) },
  { how: 'its receiver stops it', side: 0, breakOne: ({ receiving }: Taps) => receiving.at(-1)?.stop(9) },
  { how: 'its receiver stops it', side: 1, breakOne: ({ receiving }: Taps) => receiving.at(-1)?.stop(9) },
])(
  'one stream of a live connection breaks ($how, side $side): traffic is back, and nothing is lost',
  async (broken) => {
    const { ledger } = swarm.current;
    const taps: Taps[] = [];
    const pair = await swarm.current.grow(2, (i) => {
      const mine: Taps = { sending: [], receiving: [] };
      taps[i] = mine;
      return { wrap: (endpoint) => tap(endpoint, mine) };
    });
    const both = async () => {
      for (const node of pair) await node.publish();
    };
    await both();
    expect(await ledger.imbalances(5_000)).toEqual([]);

    broken.breakOne(taps[broken.side] as Taps);
    const began = performance.now();
    const last = ledger.count;
    await both();
    await until('both first messages', () => pair.every(({ reader }, i) => reader.has(last + 1 - i)), 5_000);
    const ms = performance.now() - began;
    for (let i = 0; i < 20; i++) {
      await both();
      await setTimeout(10);
    }
    expect(await ledger.imbalances(5_000)).toEqual([]);
    expect(ledger.told()).toEqual({});
    report({ row: 'row 4', figure: `a stream breaks (${broken.how}), traffic is back after`, value: ms, unit: 'ms' });
  },
);
