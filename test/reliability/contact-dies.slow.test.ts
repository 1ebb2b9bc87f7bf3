import { setTimeout } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { report } from './support/figures.js';
import { Ledger } from './support/ledger.js';
import { type ProcessNode, useProcesses } from './support/process-node.js';
import { starved } from './support/starved.js';

// All have joined through one member, which is killed before the first shuffle (every 60 s). By then the others must know each other.

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

test('a contact that is killed within a second after it has let in a newcomer: the newcomer is in, and nothing is lost', async () => {
  const delays = [0, 200, 1_000];
  const tookMs = await Promise.all(delays.map((delay) => killAfter(delay, [])));
  for (const [i, delay] of delays.entries()) {
    report({
      row: 'contact dies',
      figure: `${delay} ms after joined(): all there after`,
      value: tookMs[i] as number,
      unit: 'ms',
    });
  }
});

test('and so on a machine that is busy', async () => {
  const value = await killAfter(50, starved('contact dies'));
  report({ row: 'contact dies', figure: '50 ms after joined(), starved: all there after', value, unit: 'ms' });
});

/** A newcomer joins three through one of them, which dies. @returns how long it took from there until all had heard all, in milliseconds */
async function killAfter(delayMs: number, prefix: readonly string[]): Promise<number> {
  const ledger = new Ledger();
  const start = (name: string) => processes.start(ledger, { name, prefix, idleTimeoutMs: IDLE_MS });
  const first = await (await start('first')).join();
  const contact = await (await start('contact')).join(first.ticket);
  const third = await (await start('third')).join(first.ticket);
  for (const node of [first, contact, third]) {
    await node.process.until('the two others', () => new Set(node.membership.map(({ peer }) => peer)).size === 2);
  }

  const newcomer = await start('newcomer');
  await newcomer.join(contact.ticket);
  await newcomer.untilJoined();
  await setTimeout(delayMs);
  contact.reader.excuse(ledger.count, Number.POSITIVE_INFINITY);
  await contact.process.kill();
  const killed = performance.now();
  for (const node of [first, third, newcomer]) await node.publish(20);
  expect(await ledger.imbalances(6 * IDLE_MS)).toEqual([]);
  expect(ledger.told()).toEqual({});
  return performance.now() - killed;
}
