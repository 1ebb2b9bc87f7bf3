import { expect, test } from 'vitest';
import { report } from './support/figures.js';
import { Swarm, useSwarm } from './support/swarm.js';
import { until } from './support/until.js';

const swarm = useSwarm();

test('a refusal in the accept hook leaves nothing behind, and the refused wait longer and longer', async () => {
  const tries: number[] = [];
  let open = false;
  const admit = () => {
    tries.push(performance.now());
    return open;
  };
  const host = await (await swarm.current.start({ router: { admit } })).join();
  const guest = await (await swarm.current.start({ name: 'guest' })).join([host]);
  await until('six tries', () => tries.length >= 6, 40_000);
  const gaps = tries.slice(1).map((at, i) => at - (tries[i] as number));
  // Each pause is twice the previous one, plus or minus half, so it is certainly longer than the one before that.
  for (const [i, gap] of gaps.slice(2).entries()) expect(gap).toBeGreaterThan(gaps[i] as number);
  expect((await guest.gossip.snapshot()).peers).toMatchObject([{ id: host.id, lastDialError: expect.anything() }]);

  const strangers = new Swarm();
  for (let i = 0; i < 300; i++) await (await strangers.start()).join([host]);
  await until('all strangers refused', () => tries.length >= 306);
  await strangers.close();
  await until('nothing half open', () => host.endpoint.stats().halfOpen === 0);
  expect(host.endpoint.stats()).toMatchObject({ connections: 0, routes: 0, halfOpen: 0 });
  expect((await host.gossip.snapshot()).peers).toEqual([]);

  open = true;
  const ms = await until('link', () => guest.neighbors().length === 1, 20_000);
  await guest.publish();
  await host.publish();
  expect(await swarm.current.ledger.imbalances(5_000)).toEqual([]);
  report({ row: 'row 10', figure: 'let in at last, joined after', value: ms / 1000, unit: 's' });
});
