import { describe, expect, test } from 'vitest';
import type { PeerNode } from './peer-node.js';
import { useRustPeers } from './rust-peer.js';
import { useTsPeers } from './ts-peer.js';

// Two or three members in two languages, each a process of its own.

const topic = '17'.repeat(32);
const other = '22'.repeat(32);
const rust = useRustPeers();
const ts = useTsPeers();

/** Both say something, and both hear it. */
async function talk(a: PeerNode, b: PeerNode, where = topic): Promise<void> {
  const hash = await a.broadcast(where, `from ${a.id}`);
  expect(await b.untilContent(where, `from ${a.id}`)).toMatchObject({ hash, from: a.id, scope: 'swarm' });
  await b.broadcast(where, Uint8Array.of(0, 255, 10, ...Buffer.from(b.id)));
  await a.untilContent(where, Uint8Array.of(0, 255, 10, ...Buffer.from(b.id)));
  await a.broadcastNeighbors(where, `psst from ${a.id}`);
  expect(await b.untilContent(where, `psst from ${a.id}`)).toMatchObject({ from: a.id, scope: 'neighbors' });
  await b.broadcastNeighbors(where, `psst from ${b.id}`);
  expect(await a.untilContent(where, `psst from ${b.id}`)).toMatchObject({ from: b.id, scope: 'neighbors' });
}

async function meet(host: PeerNode, guest: PeerNode, where = topic): Promise<void> {
  await host.join(where);
  await guest.join(where, host.ticket);
  await Promise.all([host.untilNeighbors(where, guest.id), guest.untilNeighbors(where, host.id)]);
}

describe('one node of each language', () => {
  test('TypeScript joins Rust', async () => {
    const [host, guest] = await Promise.all([rust.node(), ts.node()]);
    await meet(host, guest);
    await talk(host, guest);
  });

  test('Rust joins TypeScript', async () => {
    const [host, guest] = await Promise.all([ts.node(), rust.node()]);
    await meet(host, guest);
    await talk(host, guest);
  });

  test('each joins the other at the same time', async () => {
    const [a, b] = await Promise.all([ts.node(), rust.node()]);
    await Promise.all([a.join(topic, b.ticket), b.join(topic, a.ticket)]);
    await Promise.all([a.untilNeighbors(topic, b.id), b.untilNeighbors(topic, a.id)]);
    await talk(a, b);
  });

  test.each(['Rust', 'TypeScript'])('two topics over the same two peers; %s leaves one and comes back', async (who) => {
    const [a, b] = await Promise.all([rust.node(), ts.node()]);
    const [leaver, stayer] = who === 'Rust' ? [a, b] : [b, a];
    for (const where of [topic, other]) {
      await meet(stayer, leaver, where);
      await talk(stayer, leaver, where);
    }
    await stayer.broadcast(other, 'only there');
    await leaver.untilContent(other, 'only there');
    for (const node of [a, b]) expect(node.topic(topic).received.map(({ hash }) => hash)).toHaveLength(2);

    for (let round = 1; round <= 3; round++) {
      await leaver.leave(topic);
      await stayer.untilNotNeighbor(topic, leaver.id);
      await stayer.broadcast(other, `still here in round ${round}`);
      await leaver.untilContent(other, `still here in round ${round}`);
      await leaver.join(topic, stayer.ticket);
      await Promise.all([stayer.untilNeighbors(topic, leaver.id), leaver.untilNeighbors(topic, stayer.id)]);
      await stayer.broadcast(topic, `welcome back ${round}`);
      await leaver.untilContent(topic, `welcome back ${round}`);
      await leaver.broadcast(topic, `thanks ${round}`);
      await stayer.untilContent(topic, `thanks ${round}`);
    }
    expect(stayer.topic(other)).toMatchObject({ ups: 1, downs: 0 });
  });
});

describe('peer data', () => {
  // Both others know the host only. It tells the first one the address of the second one, and the first one dials.
  test.each([
    ['Rust', 'Rust', 'TypeScript'],
    ['Rust', 'TypeScript', 'Rust'],
    ['TypeScript', 'Rust', 'TypeScript'],
    ['TypeScript', 'TypeScript', 'Rust'],
  ])('a %s host tells a guest in %s where one in %s is', async (...languages) => {
    const [host, first, second] = await Promise.all(
      languages.map((language): Promise<PeerNode> => (language === 'Rust' ? rust : ts).node()),
    );
    if (!host || !first || !second) throw new Error('three languages make three nodes');
    await meet(host, first);
    await second.join(topic, host.ticket);
    await Promise.all([first.untilNeighbors(topic, second.id), second.untilNeighbors(topic, first.id)]);
    expect(await first.known(second.id)).toEqual(expect.arrayContaining([...second.addrs]));
    await first.broadcastNeighbors(topic, 'found you');
    expect(await second.untilContent(topic, 'found you')).toMatchObject({ from: first.id });
  });
});
