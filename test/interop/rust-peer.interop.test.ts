import { describe, expect, test } from 'vitest';
import type { RustNode } from './rust-node.js';
import { useRustPeers } from './rust-peer.js';
import { payload, Tally } from './tally.js';

// The Rust program and its driver, with Rust on both sides. Mixed swarms use them.

const topic = '17'.repeat(32);
const other = '22'.repeat(32);
const rust = useRustPeers();

describe('Rust nodes', () => {
  test('meet by ticket and hear each other', async () => {
    const [a, b] = await Promise.all([rust.node(), rust.node()]);
    await a.join(topic);
    await b.join(topic, a.ticket);
    await Promise.all([a.untilNeighbors(topic, b.id), b.untilNeighbors(topic, a.id)]);
    const hash = await a.broadcast(topic, 'hello, Rust');
    expect(await b.untilContent(topic, 'hello, Rust')).toMatchObject({ hash, from: a.id, scope: 'swarm', length: 11 });
    await b.broadcast(topic, Uint8Array.of(0, 255, 10));
    await a.untilContent(topic, Uint8Array.of(0, 255, 10));
    await b.broadcastNeighbors(topic, 'psst');
    expect(await a.untilContent(topic, 'psst')).toMatchObject({ scope: 'neighbors' });
  });

  test('count what they hear as TypeScript does', async () => {
    const [a, b] = await Promise.all([rust.node(), rust.node()]);
    await a.join(topic);
    await b.join(topic, a.ticket);
    await a.untilNeighbors(topic, b.id);
    const sizes = [8, 31, 32, 33, 1000, 4000];
    const sent = await a.broadcastMany(topic, { count: 60, seed: 7, sizes });
    const tally = new Tally();
    for (let i = 0; i < 60; i++) tally.add(payload(7, i, sizes[i % sizes.length] as number));
    expect(sent).toEqual(tally.summary());
    await b.untilReceived(topic, 60);
    expect(await b.received(topic)).toEqual(tally.summary());
  });

  test('in a swarm of ten hear every message exactly once', async () => {
    const nodes = await Promise.all(Array.from({ length: 10 }, () => rust.node({ showUpTo: 0 })));
    const [first, ...others] = nodes as [RustNode, ...RustNode[]];
    await first.join(topic);
    await Promise.all(others.map((node) => node.join(topic, first.ticket)));
    await Promise.all(nodes.map((node) => node.untilNeighbors(topic)));
    await Promise.all(nodes.map((node) => node.untilSettled(topic)));
    const [sent] = await Promise.all([
      first.broadcastMany(topic, { count: 200, seed: 9, sizes: [16, 500, 4000] }),
      ...others.map((node) => node.untilReceived(topic, 200)),
    ]);
    for (const node of others) expect(await node.received(topic)).toEqual(sent);
  });

  test('keep topics apart, leave them and come back', async () => {
    const [a, b] = await Promise.all([rust.node(), rust.node()]);
    for (const name of [topic, other]) {
      await a.join(name);
      await b.join(name, a.ticket);
      await a.untilNeighbors(name, b.id);
    }
    await a.broadcast(other, 'only there');
    await b.untilContent(other, 'only there');
    expect(b.topic(topic).received).toEqual([]);

    await b.leave(topic);
    await a.untilNotNeighbor(topic, b.id);
    await b.join(topic, a.ticket);
    await a.untilNeighbors(topic, b.id);
    await a.broadcast(topic, 'welcome back');
    await b.untilContent(topic, 'welcome back');
  });

  test('notice a departure, and a crash once the connection is idle', async () => {
    const options = { idleTimeoutMs: 1_500 };
    const [a, b, c] = await Promise.all([rust.node(options), rust.node(options), rust.node(options)]);
    await a.join(topic);
    await b.join(topic, a.ticket);
    await c.join(topic, a.ticket);
    await a.untilNeighbors(topic, b.id, c.id);
    await b.quit();
    await a.untilNotNeighbor(topic, b.id);
    await c.process.kill();
    await a.untilNotNeighbor(topic, c.id);
  });

  test('have the identity that they are given and the limits that they are told', async () => {
    const node = await rust.node({ secretKey: '01'.repeat(32), maxMessageSize: 512, activeView: 2, passiveView: 4 });
    expect(node.id).toBe('8a88e3dd7409f195fd52db2d3cba5d72ca6709bf1d94121bf3748801b40f6f5c');
    expect(node.addrs).toEqual([expect.stringMatching(/^127\.0\.0\.1:\d+$/)]);
  });
});

describe('bad input', () => {
  test('is answered with an error and does no harm', async () => {
    const node = await rust.node();
    const errors: [verb: string, rest: string, error: string][] = [
      ['dance', '', 'unknown command'],
      ['join', 'zz', 'not hex digits'],
      ['join', 'aabb', '64 hex digits'],
      ['join', `${topic} nobody`, 'neither an endpoint id nor a ticket'],
      ['broadcast', `${topic} hi`, 'not joined'],
      ['broadcast-hex', `${topic} xyz`, 'not hex digits'],
      ['broadcast-many', `${topic} many`, 'expected TOPIC COUNT'],
      ['leave', topic, 'not joined'],
      ['add-addr', 'endpointaaaa', 'neither'],
    ];
    for (const [verb, rest, error] of errors) await expect(node.process.command(verb, rest)).rejects.toThrow(error);
    node.process.write('#x nonsense \u0000');
    node.process.write('');
    await node.join(topic);
    await expect(node.join(topic)).rejects.toThrow('already joined');
    expect(await node.process.end()).toBe(0);
  });

  test('on the command line is shown with the wait that it spoils', async () => {
    await expect(rust.node({ bind: 'nowhere' })).rejects.toThrow(/its first line[\s\S]*invalid value 'nowhere'/);
    await expect(rust.node({ maxMessageSize: 511 })).rejects.toThrow('511 is not in 512..');
    await expect(rust.chat('join', 'rubbish!')).rejects.toThrow('base32');
  });

  test('a wait that takes too long says what it waited for', async () => {
    const node = await rust.node();
    await node.join(topic);
    await expect(node.process.until('spring', () => false, 50)).rejects.toThrow(/50 ms, and .*: spring\n.*\n.*ready/);
  });
});

describe('the chat example', () => {
  test('has names and messages, and shows a forged one as such', async () => {
    const alice = await rust.chat('--name=alice', 'open', topic);
    const bob = await rust.chat('join', alice.ticket);
    expect(bob.topic).toBe(topic);
    await bob.until({ event: 'named', from: alice.id, name: 'alice' });
    await alice.say('hi bob');
    await bob.until({ event: 'message', from: alice.id, name: 'alice', text: 'hi bob\n' });
    await bob.forge('trust me');
    await bob.name('bob');
    await bob.say('it is me');
    await alice.until({ event: 'message', from: bob.id, name: 'bob', text: 'it is me\n' });
    await alice.until({ event: 'rejected' });
    expect(alice.events.filter(({ text }) => text === 'trust me\n')).toEqual([]);
    await bob.quit();
    await alice.until({ event: 'neighborDown', peer: bob.id });
  });
});

describe('the remote control', () => {
  const alpn = 'grapevine-test/1';

  test('drives a node through irpc: joins, publishes, hears, sees neighbors', async () => {
    const [server, peer] = await Promise.all([rust.rpcServer({ alpn }), rust.node()]);
    const client = await rust.rpcClient({ addr: server.rpcAddr, alpn, cert: server.certificate });
    await server.addAddr(peer.ticket);
    await peer.join(topic);
    await client.join(topic, peer.id);
    await client.untilNeighbors(topic, peer.id);
    await client.broadcast(topic, 'from afar');
    expect(await peer.untilContent(topic, 'from afar')).toMatchObject({ from: server.id });
    await peer.broadcast(topic, 'to afar');
    expect(await client.untilContent(topic, 'to afar')).toMatchObject({ from: peer.id });
  });

  test('leaves a topic only when both halves are gone', async () => {
    const [server, peer] = await Promise.all([rust.rpcServer({ alpn }), rust.node()]);
    const client = await rust.rpcClient({ addr: server.rpcAddr, alpn, cert: server.certificate });
    await server.addAddr(peer.ticket);
    await peer.join(topic);
    await client.join(topic, peer.id);
    await client.untilNeighbors(topic, peer.id);
    await client.stopSending(topic);
    await peer.broadcast(topic, 'still there?');
    await client.untilContent(topic, 'still there?');
    expect(peer.topic(topic)).toMatchObject({ downs: 0 });
    await client.stopReading(topic);
    await peer.untilNotNeighbor(topic, server.id);
  });

  test('needs the same protocol name and the right certificate', async () => {
    const [server, stranger] = await Promise.all([rust.rpcServer({ alpn }), rust.rpcServer({ alpn })]);
    const wrongName = await rust.rpcClient({ addr: server.rpcAddr, alpn: 'other/1', cert: server.certificate });
    await expect(wrongName.join(topic)).rejects.toThrow('known protocol');
    const wrongCertificate = await rust.rpcClient({ addr: server.rpcAddr, alpn, cert: stranger.certificate });
    await expect(wrongCertificate.join(topic)).rejects.toThrow('certificate');
  });
});
