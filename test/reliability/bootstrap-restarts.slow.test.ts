import { expect, test } from 'vitest';
import { report } from './support/figures.js';
import { Ledger } from './support/ledger.js';
import { newKey, type ProcessNode, useProcesses } from './support/process-node.js';

// The node whose ticket everybody has shuts down and starts again with the same key and port, and then knows nobody. Members forget a peer that
// has left with a message; newcomers know nobody but the node of the ticket.

/** Within this time old members and newcomers are one swarm, in milliseconds: bootstrap peers that left are asked every 5 to 90 s. */
const SOON = 60_000;

const processes = useProcesses();

/** Ends a process in good order. */
async function leave(node: ProcessNode): Promise<void> {
  await node.process.command('quit');
  await node.process.end();
  node.reader.excuse(0, Number.POSITIVE_INFINITY);
}

test("the ticket's node restarts in good order: old members and newcomers are one swarm", async () => {
  const ledger = new Ledger();
  const secretKey = newKey();
  const before = await (await processes.start(ledger, { name: 'before', secretKey })).join();
  const members: ProcessNode[] = [];
  for (let i = 0; i < 3; i++) {
    const member = await processes.start(ledger, { name: `member ${i}` });
    members.push(await (await member.join(before.ticket)).untilJoined());
  }
  for (const member of members) {
    await member.process.until('the others', () => new Set(member.membership.map(({ peer }) => peer)).size === 3);
  }
  const { ticket, address } = before;
  await leave(before);

  const after = await (await processes.start(ledger, { name: 'after', secretKey, bind: address })).join();
  const newcomer = await (await processes.start(ledger, { name: 'newcomer' })).join(ticket);
  await newcomer.untilJoined();
  const began = performance.now();
  const ids = members.map(({ id }) => id);
  await Promise.any(
    [after, newcomer].map(({ process, membership }) =>
      process.until('a member from before', () => membership.some(({ peer }) => ids.includes(peer)), SOON),
    ),
  );
  const value = performance.now() - began;

  for (const node of [after, newcomer, ...members]) await node.publish(20);
  expect(await ledger.imbalances(20_000)).toEqual([]);
  expect(ledger.told()).toEqual({});
  report({ row: 'bootstrap restarts', figure: 'members and newcomers are one swarm after', value, unit: 'ms' });
});
