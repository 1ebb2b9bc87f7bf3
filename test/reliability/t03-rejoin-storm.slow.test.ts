import { setTimeout } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { report } from './support/figures.js';
import { asymmetries, components, useSwarm } from './support/swarm.js';
import { until } from './support/until.js';

// Row 3, too: every node of a connected swarm joins through all others again.

const swarm = useSwarm();

test('a re-join storm of 20 connected nodes settles, with a reason for every neighborDown', async () => {
  const { ledger } = swarm.current;
  const all = await swarm.current.grow(20);
  await until('settled swarm', () => components(all) === 1 && asymmetries(all) === 0);
  const events = () => all.reduce((sum, { membership }) => sum + membership.length, 0);
  const before = events();
  const neighborsBefore = new Map(all.map((node) => [node, new Set(node.neighbors())]));
  const downsBefore = all.reduce((sum, node) => sum + node.downs(), 0);

  const began = performance.now();
  for (const node of all) {
    await node.topic.joinPeers(all.filter((other) => other !== node).map((other) => other.addr()));
    await node.publish();
  }
  let last = began;
  for (let seen = before; performance.now() - last < 3_000; await setTimeout(20)) {
    if (events() !== seen || components(all) > 1 || asymmetries(all) > 0) last = performance.now();
    seen = events();
    expect(last - began).toBeLessThan(10_000);
  }

  for (const node of all) await node.publish();
  expect(await ledger.imbalances(10_000)).toEqual([]);
  expect(ledger.told()).toEqual({});
  const downs = all.flatMap(({ membership }) => membership.filter(({ type }) => type === 'neighborDown'));
  for (const event of downs) expect(event).toMatchObject({ reason: expect.stringMatching(/^[a-z-]+$/i) });
  // A new neighbor may be dropped again: two requests that cross may be for the same free place.
  const evicted = all.flatMap((node) =>
    node.membership.filter(
      (event) =>
        event.at >= began &&
        event.type === 'neighborDown' &&
        event.reason === 'evicted' &&
        neighborsBefore.get(node)?.has(event.peer),
    ),
  );
  expect(evicted).toEqual([]);
  report({ row: 'T3', figure: 'a re-join storm of 20 nodes is over after', value: (last - began) / 1000, unit: 's' });
  report({ row: 'T3', figure: 'neighborDowns in it', value: downs.length - downsBefore, unit: 'events' });
});
