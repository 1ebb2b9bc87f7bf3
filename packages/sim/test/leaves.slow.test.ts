import { expect, test } from 'vitest';
import { SECOND } from '../src/index.js';
import { TabSwarm } from './helper/tabs.js';

test('1,000 tabs on 10 hubs, churn of tabs and death of hubs: nobody misses what is said while it is there', () => {
  const swarm = new TabSwarm({ seed: 2, hubs: 10, members: 40, tabs: 1_000 });
  for (let round = 0; round < 6; round++) {
    for (const tab of swarm.tabs.filter((_, i) => i % 20 === round)) swarm.network.remove(tab);
    for (let i = 0; i < 50; i++) swarm.open();
    if (round === 2 || round === 4) swarm.network.remove(round, SECOND / 2);
    swarm.run(SECOND);
    swarm.say(swarm.tabs[round * 100] as number, `round ${round}`);
    swarm.run(SECOND);
    expect(swarm.alone()).toEqual([]);
  }
  swarm.run(5 * SECOND);
  expect(swarm.missed()).toEqual([]);
  expect(swarm.dialedInVain).toBe(0);
}, 120_000);
