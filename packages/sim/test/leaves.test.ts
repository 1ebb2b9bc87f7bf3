import { describe, expect, test } from 'vitest';
import { SECOND } from '../src/index.js';
import { TabSwarm } from './helper/tabs.js';

const SMALL = { seed: 1, hubs: 4, members: 16, tabs: 40 };

/** Everybody speaks for a while, one after the other. */
function talk(swarm: TabSwarm, prefix: string): void {
  const { tabs, hubs } = swarm;
  const speakers = [tabs[0], hubs[0], tabs.at(-1), 10] as number[];
  for (const [i, speaker] of speakers.entries()) {
    swarm.say(speaker, `${prefix} ${i}`);
    swarm.run(SECOND / 5);
  }
  swarm.run(5 * SECOND);
}

describe('tabs on a few hubs', () => {
  test('hear everything, once, from tabs, hubs and members that they cannot dial', () => {
    const swarm = new TabSwarm(SMALL);
    talk(swarm, 'hello');
    expect(swarm.missed()).toEqual([]);
    expect(swarm.alone()).toEqual([]);
  });

  test('do so with the whole kernel as well as with its leaf edition', () => {
    const swarm = new TabSwarm({ ...SMALL, runsLeafState: false });
    talk(swarm, 'hello');
    expect(swarm.missed()).toEqual([]);
    expect(swarm.alone()).toEqual([]);
  });

  test('keep two or three hubs each, and no ordinary member knows of any tab', () => {
    const swarm = new TabSwarm(SMALL);
    swarm.run(30 * SECOND);
    for (const tab of swarm.tabs) {
      const neighbors = swarm.network.neighbors(tab);
      expect(neighbors.length).toBeGreaterThanOrEqual(2);
      expect(neighbors.every((peer) => peer < SMALL.hubs)).toBe(true);
    }
    for (let peer = 0; peer < SMALL.hubs + SMALL.members; peer++) {
      const { activeView = [], passiveView = [] } = swarm.network.snapshot(peer) ?? {};
      expect([...activeView, ...passiveView].filter((other) => swarm.isTab(other))).toEqual([]);
    }
    expect(swarm.dialedInVain).toBe(0);
  });

  test('without leaves they are named and dialed in vain, and take the places of members', () => {
    const swarm = new TabSwarm({ ...SMALL, tellsLeaves: false });
    swarm.run(30 * SECOND);
    expect(swarm.dialedInVain).toBeGreaterThan(SMALL.tabs);
    const taken = swarm.hubs
      .flatMap((hub) => swarm.network.snapshot(hub)?.activeView ?? [])
      .filter((peer) => swarm.isTab(peer));
    expect(taken.length).toBeGreaterThan(swarm.hubs.length);
  });

  test('whose hub dies hear what is said meanwhile, and are on another within two seconds', () => {
    const swarm = new TabSwarm(SMALL);
    swarm.network.remove(1, SECOND / 2); // noticed half a second later
    swarm.say(0, 'the king is dead');
    swarm.run(2 * SECOND);
    expect(swarm.alone()).toEqual([]);
    swarm.run(3 * SECOND);
    talk(swarm, 'long live the king');
    expect(swarm.missed()).toEqual([]);
  });

  test('get each payload from one of their hubs only, once the tree of its publisher stands', () => {
    const swarm = new TabSwarm(SMALL);
    let payloads = 0;
    swarm.network.observers.push({
      payload: (_time, peer) => {
        if (swarm.isTab(peer)) payloads++;
      },
    });
    const speaker = swarm.tabs[0] as number;
    const speakTenTimes = (prefix: string): void => {
      for (let i = 0; i < 10; i++) {
        swarm.say(speaker, `${prefix} ${i}`);
        swarm.run(SECOND / 5);
      }
      swarm.run(SECOND);
    };
    speakTenTimes('first');
    payloads = 0;
    speakTenTimes('then');
    expect(swarm.missed()).toEqual([]);
    expect(payloads).toBe(10 * (SMALL.tabs - 1));
  });

  test('that come and go are missed by nobody', () => {
    const swarm = new TabSwarm(SMALL);
    for (let round = 0; round < 10; round++) {
      const { tabs } = swarm;
      for (const tab of tabs.filter((_, i) => i % 7 === round % 7)) swarm.network.remove(tab);
      for (let i = 0; i < 8; i++) swarm.open();
      swarm.run(SECOND);
      swarm.say(swarm.tabs[round] as number, `round ${round}`);
      swarm.run(SECOND);
    }
    swarm.run(5 * SECOND);
    expect(swarm.missed()).toEqual([]);
  });
});
