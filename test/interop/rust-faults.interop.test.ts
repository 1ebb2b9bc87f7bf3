import { describe, expect, test } from 'vitest';
import type { PeerNode } from './peer-node.js';
import { useRustPeers } from './rust-peer.js';
import { useTsPeers } from './ts-peer.js';

// Faults of Rust peers, with a node of ours on the other side: docs/iroh.md, "Known faults".

const topic = '17'.repeat(32);
const rust = useRustPeers();
const ts = useTsPeers();

async function meet(host: PeerNode, guest: PeerNode): Promise<void> {
  await host.join(topic);
  await guest.join(topic, host.ticket);
  await Promise.all([host.untilNeighbors(topic, guest.id), guest.untilNeighbors(topic, host.id)]);
}

/** Waits until the one neighbor was lost and is back. */
async function untilUpAgain(node: PeerNode): Promise<void> {
  const state = node.topic(topic);
  await node.process.until('the neighbor once more', () => state.downs > 0 && state.ups > state.downs);
}

const large = new Uint8Array(6_000).fill(7);

describe('too large a message', () => {
  test('from a Rust peer with a higher limit ends the connection, and the next messages come over a new one', async () => {
    const [host, guest] = await Promise.all([rust.node({ maxMessageSize: 8_192 }), ts.node()]);
    await meet(host, guest);
    await host.broadcast(topic, large);
    await Promise.all([host, guest].map(untilUpAgain));
    await host.broadcast(topic, 'something smaller');
    await guest.untilContent(topic, 'something smaller');
    await guest.broadcast(topic, 'understood');
    await host.untilContent(topic, 'understood');
    expect(guest.topic(topic).received.map(({ length }) => length)).toEqual(['something smaller'.length]);
  });

  test('to a Rust peer with a lower limit makes it stop the stream: we start anew instead of writing to nobody', async () => {
    const [host, guest] = await Promise.all([rust.node(), ts.node({ maxMessageSize: 8_192 })]);
    await meet(host, guest);
    await guest.broadcast(topic, large);
    await Promise.all([host, guest].map(untilUpAgain));
    await guest.broadcast(topic, 'something smaller');
    await host.untilContent(topic, 'something smaller');
    await host.broadcast(topic, 'understood');
    await guest.untilContent(topic, 'understood');
  });

  test('by a Rust node over its own limit makes it mute on its connections, until they are replaced', async () => {
    const [host, guest] = await Promise.all([rust.node(), ts.node()]);
    await meet(host, guest);
    await host.broadcast(topic, large);
    await host.broadcast(topic, 'can you hear me?');
    // It still receives everything, so nobody notices.
    await guest.broadcast(topic, 'are you there?');
    await host.untilContent(topic, 'are you there?');
    expect(guest.topic(topic)).toMatchObject({ received: [], downs: 0 });

    await guest.leave(topic);
    await host.untilNotNeighbor(topic, guest.id);
    await guest.join(topic, host.ticket);
    await Promise.all([host.untilNeighbors(topic, guest.id), guest.untilNeighbors(topic, host.id)]);
    await host.broadcast(topic, 'and now?');
    await guest.untilContent(topic, 'and now?');
  });
});

test('a connection that a Rust node does not close is closed by us, when no topic needs it any more', async () => {
  const [host, guest] = await Promise.all([rust.node(), ts.node()]);
  await meet(host, guest);
  await host.leave(topic);
  await guest.untilNotNeighbor(topic, host.id);
  await expect.poll(() => guest.connections(host.id), { timeout: 20_000 }).toBe(0);

  await host.join(topic, guest.ticket);
  await Promise.all([host.untilNeighbors(topic, guest.id), guest.untilNeighbors(topic, host.id)]);
  await guest.leave(topic);
  await host.untilNotNeighbor(topic, guest.id);
  await expect.poll(() => guest.connections(host.id), { timeout: 20_000 }).toBe(0);
});

test('several connections to one Rust peer are read all, and none is closed that it writes to', async () => {
  for (let round = 0; round < 10; round++) {
    const [a, b] = await Promise.all([rust.node(), ts.node()]);
    await Promise.all([a.join(topic, b.ticket), b.join(topic, a.ticket)]);
    await Promise.all([a.untilNeighbors(topic, b.id), b.untilNeighbors(topic, a.id)]);
    await Promise.all([a.broadcast(topic, 'from Rust'), b.broadcast(topic, 'from TypeScript')]);
    await Promise.all([a.untilContent(topic, 'from TypeScript'), b.untilContent(topic, 'from Rust')]);
    await Promise.all([a.process.kill(), b.process.kill()]);
  }
});
