import { expect, test } from 'vitest';
import { report } from './support/figures.js';
import { Ledger } from './support/ledger.js';
import { type ProcessNode, useProcesses } from './support/process-node.js';

// Everybody has joined through one member, which is killed before anybody has shuffled (every 60 s): the others must have got to know each other.

/** How soon a neighbor is given up that says nothing, in milliseconds. */
const IDLE_MS = 5_000;

const processes = useProcesses();

/** Neighbors that a member has now. */
function neighborsOf({ membership }: ProcessNode): number {
  return membership.reduce((count, { event }) => count + (event === 'neighborUp' ? 1 : -1), 0);
}

test('six members whose contact is killed within seconds stay one swarm, and nothing is lost', async () => {
  const ledger = new Ledger();
  const contact = await processes.start(ledger, { name: 'contact', idleTimeoutMs: IDLE_MS });
  await contact.join();
  const members: ProcessNode[] = [];
  for (let i = 0; i < 5; i++) {
    const member = await processes.start(ledger, { name: `member ${i}`, idleTimeoutMs: IDLE_MS });
    await member.join(contact.ticket);
    members.push(await member.untilJoined());
  }
  for (const member of members) {
    await member.process.until('half of the active view', () => neighborsOf(member) >= 3 || undefined);
  }

  contact.reader.excuse(ledger.count, Number.POSITIVE_INFINITY);
  await contact.process.kill();
  const killed = performance.now();
  for (const member of members) await member.publish(20);

  expect(await ledger.imbalances(6 * IDLE_MS)).toEqual([]);
  expect(ledger.told()).toEqual({});
  const value = performance.now() - killed;
  report({ row: 'contact dies', figure: '100 messages of five members, all there after', value, unit: 'ms' });
});
