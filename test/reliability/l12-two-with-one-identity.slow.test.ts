import { SecretKey } from '@grapevine/net';
import { expect, test } from 'vitest';
import { report } from './support/figures.js';
import { type SwarmNode, useSwarm } from './support/swarm.js';
import { atRate, until } from './support/until.js';

const swarm = useSwarm();

test('two nodes with one identity: one of them and their peer say so, and the others lose nothing among themselves', async () => {
  const { ledger } = swarm.current;
  const warnings: string[] = [];
  const warn = (_fields: object, message: string) => void warnings.push(message);
  const gossip = { logger: { debug() {}, info() {}, warn, error() {} } };
  const honest = await swarm.current.grow(4, () => ({ gossip }));
  const [first, second] = honest;
  if (!first || !second) throw new Error('there are four');
  const secretKey = SecretKey.generate();
  const twins: SwarmNode[] = [];
  for (const name of ['twin 1', 'twin 2']) {
    const twin = await swarm.current.start({ name, endpoint: { secretKey }, gossip });
    // A twin gets the other's traffic. What it receives is not tested here.
    twin.reader.excuse(0, Number.POSITIVE_INFINITY);
    twins.push(await twin.join([first]));
    await twin.topic.joined({ signal: AbortSignal.timeout(20_000) });
  }
  const conflict = async () => {
    const snapshots = await Promise.all(twins.map((twin) => twin.gossip.snapshot()));
    return snapshots.some(({ identityConflict }) => identityConflict);
  };
  const noticed = until('notice of the identity conflict', conflict, 30_000);
  await atRate(10, 5_000, async () => {
    await second.publish();
  });
  const afterMs = await noticed;

  expect(await ledger.imbalances(10_000)).toEqual([]);
  expect(ledger.told()).toEqual({});
  expect(warnings).toContainEqual(expect.stringContaining('another node uses our identity'));
  expect(warnings).toContainEqual(expect.stringContaining('two nodes use the identity of a peer'));
  const flagged = new Set<string>();
  for (const node of honest) {
    const { identityConflict, peers } = await node.gossip.snapshot();
    expect(identityConflict).toBe(false);
    for (const peer of peers) if (peer.identityConflict) flagged.add(peer.id);
  }
  expect([...flagged]).toEqual([twins[0]?.id]); // who has the two as a peer sees it there
  report({ row: 'L12', figure: 'a second node with the same identity noticed after', value: afterMs, unit: 'ms' });
});
