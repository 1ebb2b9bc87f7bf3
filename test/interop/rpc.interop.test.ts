import { Gossip, type GossipApi, type GossipEvent, type GossipTopic } from '@grapevine/api';
import { Router } from '@grapevine/net';
import { MemoryNetwork } from '@grapevine/net/memory';
import { topicId } from '@grapevine/proto';
import { connectRpc, type RpcServer, type RpcServerOptions, serveRpc } from '@grapevine/rpc';
import { afterEach, describe, expect, test } from 'vitest';
import { probes } from '../../packages/rpc/test/probes.js';
import { nextEvent, RawClient, request } from '../../packages/rpc/test/raw-client.js';
import { useRustPeers } from './rust-peer.js';
import type { RustRpcServer } from './rust-rpc.js';

// The remote control between both languages, with real processes. bytes.interop.test.ts compares the bytes.

const ALPN = '/iroh-gossip-rpc/1';
const topic = topicId('17'.repeat(32));
const rust = useRustPeers();

let open: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of open.reverse()) await close();
  open = [];
});

/** Our remote control of a Rust node. */
function control(server: RustRpcServer) {
  const certificate = new Uint8Array(Buffer.from(server.certificate, 'hex'));
  const remote = connectRpc({ address: server.rpcAddr, certificate }, { alpn: ALPN });
  open.push(() => remote.close());
  return remote;
}

async function next<T extends GossipEvent['type']>(events: AsyncIterable<GossipEvent>, type: T) {
  for await (const event of events) if (event.type === type) return event as GossipEvent & { readonly type: T };
  throw new Error(`the topic ended before ${type}`);
}

const text = (content: Uint8Array) => Buffer.from(content).toString();

describe('our client on a Rust server', () => {
  /** A Rust node that we control, in a swarm with another one. */
  async function meet() {
    const [server, peer] = await Promise.all([rust.rpcServer({ alpn: ALPN }), rust.node()]);
    await peer.join(topic);
    await server.addAddr(peer.ticket); // only ids travel
    const remote = control(server);
    const joined = await remote.subscribe(topic, { bootstrap: [peer.id as never] });
    await joined.joined({ signal: AbortSignal.timeout(20_000) });
    await peer.untilNeighbors(topic, server.id);
    return { server, peer, remote, joined };
  }

  test('joins, hears of neighbors, broadcasts and receives in both scopes', async () => {
    const { peer, server, joined } = await meet();
    expect(await joined.next()).toEqual({ done: false, value: { type: 'neighborUp', peer: peer.id } });
    expect(joined.neighbors()).toEqual([peer.id]);
    await joined.broadcast('from TypeScript');
    expect(await peer.untilContent(topic, 'from TypeScript')).toMatchObject({ from: server.id, scope: 'swarm' });
    await joined.broadcastNeighbors('psst');
    expect(await peer.untilContent(topic, 'psst')).toMatchObject({ scope: 'neighbors' });
    await peer.broadcast(topic, 'from Rust');
    const heard = await next(joined, 'received');
    expect(heard).toMatchObject({ deliveredFrom: peer.id, scope: { type: 'swarm', round: 0 } });
    expect(text(heard.content)).toBe('from Rust');

    await peer.quit();
    expect(await next(joined, 'neighborDown')).toEqual({ type: 'neighborDown', peer: peer.id, reason: 'unknown' });
    expect(joined.neighbors()).toEqual([]);
  });

  test('is told of known neighbors when it joins late, and joins through more peers', async () => {
    const { server, peer, remote } = await meet();
    const late = await remote.subscribe(topic);
    expect(await late.next()).toEqual({ done: false, value: { type: 'neighborUp', peer: peer.id } });
    const third = await rust.node();
    await third.join(topic);
    await server.addAddr(third.ticket);
    await late.joinPeers([third.id as never]);
    expect(await next(late, 'neighborUp')).toEqual({ type: 'neighborUp', peer: third.id });
  });

  test('leaves the topic with its second half, and not before', async () => {
    const { server, peer, joined } = await meet();
    const { sender, receiver } = joined.split();
    sender.close();
    await peer.broadcast(topic, 'to the listener');
    expect(text((await next(receiver, 'received')).content)).toBe('to the listener');
    expect([...peer.topic(topic).neighbors]).toEqual([server.id]);
    receiver.close();
    await peer.untilNotNeighbor(topic, server.id);
  });

  test('publishes when nobody reads here any more', async () => {
    const { peer, server, joined } = await meet();
    const { sender, receiver } = joined.split();
    receiver.close();
    await sender.broadcast('without a reader');
    await peer.untilContent(topic, 'without a reader');
    sender.close();
    await peer.untilNotNeighbor(topic, server.id);
  });

  test('loses nothing when it closes right after sending', async () => {
    const { peer, remote, joined } = await meet();
    const wanted = Array.from({ length: 20 }, (_, i) => `message ${i}`);
    for (const message of wanted) await joined.broadcast(message);
    await remote.close();
    for (const message of wanted) await peer.untilContent(topic, message);
  });

  test('knows that it has no calls besides', async () => {
    const { remote } = await meet();
    await expect(remote.control.topics()).rejects.toMatchObject({ code: 'ERR_RPC_REFUSED', reason: 'unsupported' });
  });

  test('is told that it lagged when it does not read', async () => {
    const { server, peer, joined } = await meet();
    const { rpcAddr: address, certificate } = server;
    const options = { alpn: ALPN, streamWindow: 64 * 1024 };
    const lazy = await RawClient.connect({ address, certificate: Buffer.from(certificate, 'hex') }, options);
    open.push(() => lazy.close());
    const stream = await lazy.open(request({ type: 'join', topic, bootstrap: [] }));
    expect(await nextEvent(stream)).toEqual({ type: 'neighborUp', peer: peer.id });
    const many = { count: 5_000, seed: 4, sizes: [4_000] }; // more than the windows and 2,048 + 256 events
    await Promise.all([peer.broadcastMany(topic, many), next(joined, 'received')]);
    await peer.broadcast(topic, 'the last one');
    const seen = new Set<string>();
    for (let content = ''; content !== 'the last one'; ) {
      const event = await nextEvent(stream);
      if (!event) throw new Error('the events ended');
      seen.add(event.type);
      if (event.type === 'received') content = text(event.content);
    }
    expect([...seen].sort()).toEqual(['lagged', 'received']);
  });

  test('does not talk to a server with another certificate', async () => {
    const [server, other] = await Promise.all([rust.rpcServer({ alpn: ALPN }), rust.rpcServer({ alpn: ALPN })]);
    const certificate = new Uint8Array(Buffer.from(other.certificate, 'hex'));
    const remote = connectRpc({ address: server.rpcAddr, certificate });
    open.push(() => remote.close());
    await expect(remote.subscribe(topic)).rejects.toMatchObject({ code: 'ERR_CONNECT', reason: 'identity-mismatch' });
  });

  test('hears thousands of messages in order of arrival, each once', async () => {
    const { peer, joined } = await meet();
    const sent = await peer.broadcastMany(topic, { count: 1_000, seed: 3, sizes: [16, 500, 3_000], pauseMs: 1 });
    let bytes = 0;
    for (let count = 0; count < sent.count; count++) bytes += (await next(joined, 'received')).content.length;
    expect(bytes).toBe(sent.bytes);
  });
});

describe('a Rust client on our server', () => {
  /** Our node behind our server, which a Rust client controls, in a swarm with another node of ours. */
  async function meet(options: RpcServerOptions = {}) {
    const network = new MemoryNetwork();
    const [node, other] = [start(network), start(network)];
    node.endpoint.addressLookup.add(other.endpoint.addr(), 'user'); // only ids travel
    const server = await serveRpc(node.gossip, { alpn: ALPN, ...options });
    open.push(() => server.shutdown());
    const client = await rust.rpcClient({ addr: server.address, alpn: ALPN, cert: certificateOf(server) });
    const theirs: GossipTopic = await other.gossip.subscribe(topic);
    await client.join(topic, other.endpoint.id);
    await client.untilNeighbors(topic, other.endpoint.id);
    return { network, node, other, server, client, theirs };
  }

  function start(network: MemoryNetwork): { gossip: Gossip; endpoint: ReturnType<MemoryNetwork['endpoint']> } {
    const endpoint = network.endpoint();
    const gossip = Gossip.spawn(endpoint);
    const router = new Router(endpoint).accept(gossip.alpn, gossip).spawn();
    open.push(() => router.shutdown());
    return { gossip, endpoint };
  }

  const certificateOf = ({ certificate }: RpcServer) => Buffer.from(certificate ?? []).toString('hex');
  const topicsOf = async (gossip: GossipApi) => (await gossip.snapshot()).topics.length;

  test('joins, hears of neighbors, broadcasts and receives in both scopes', async () => {
    const { node, other, client, theirs } = await meet();
    await client.broadcast(topic, 'from Rust');
    const heard = await next(theirs, 'received');
    expect(text(heard.content)).toBe('from Rust');
    expect(heard.deliveredFrom).toBe(node.endpoint.id);
    await client.broadcastNeighbors(topic, 'psst');
    expect(await next(theirs, 'received')).toMatchObject({ scope: { type: 'neighbors' } });
    await theirs.broadcast('from TypeScript');
    const told = await client.untilContent(topic, 'from TypeScript');
    expect(told).toMatchObject({ from: other.endpoint.id, scope: 'swarm' });
    await other.gossip.shutdown();
    await client.untilNotNeighbor(topic, other.endpoint.id);
  });

  test('joins through more peers', async () => {
    const { network, node, client } = await meet();
    const third = start(network);
    await third.gossip.subscribe(topic);
    node.endpoint.addressLookup.add(third.endpoint.addr(), 'user');
    await client.joinPeers(topic, third.endpoint.id);
    await client.untilNeighbors(topic, third.endpoint.id);
  });

  test('leaves the topic with its second half, and not before', async () => {
    const { node, theirs, client } = await meet();
    await client.stopSending(topic);
    await theirs.broadcast('to the listener');
    await client.untilContent(topic, 'to the listener');
    expect(await topicsOf(node.gossip)).toBe(1);
    await client.stopReading(topic);
    expect(await next(theirs, 'neighborDown')).toMatchObject({ peer: node.endpoint.id, reason: 'left' });
    expect(await topicsOf(node.gossip)).toBe(0);
  });

  test('publishes when it reads no more', async () => {
    const { node, theirs, client } = await meet();
    await client.stopReading(topic);
    await client.broadcast(topic, 'without a reader');
    expect(text((await next(theirs, 'received')).content)).toBe('without a reader');
    expect(await topicsOf(node.gossip)).toBe(1);
    await client.stopSending(topic);
    expect(await next(theirs, 'neighborDown')).toMatchObject({ reason: 'left' });
  });

  test('sees the end of the topic when the node shuts down', async () => {
    const { node, client } = await meet();
    await node.gossip.shutdown();
    await client.process.until('the end of the events', () => client.topic(topic).closed !== undefined);
    expect(client.topic(topic).closed).toBeNull(); // no error
  });

  test('that ends leaves its topics', async () => {
    const { theirs, client } = await meet();
    await client.quit();
    expect(await next(theirs, 'neighborDown')).toMatchObject({ reason: 'left' });
  });

  test('hears every message of many, and the node hears all of its own', async () => {
    const { theirs, client } = await meet();
    const sent = client.broadcastMany(topic, { count: 500, seed: 5, sizes: [16, 500, 3_000] });
    let bytes = 0;
    for (let count = 0; count < 500; count++) bytes += (await next(theirs, 'received')).content.length;
    expect(bytes).toBe((await sent).bytes);
    for (let i = 0; i < 200; i++) await theirs.broadcast(`message ${i}`);
    await client.untilReceived(topic, 200);
    expect(client.topic(topic).lagged).toBe(0);
  });

  test('is told that it lagged, and hears what comes after', async () => {
    const { theirs, client } = await meet({ queueCapacity: 1 });
    await Promise.all(Array.from({ length: 50 }, (_, i) => theirs.broadcast(`at once ${i}`)));
    await theirs.broadcast('the last one');
    await client.untilContent(topic, 'the last one');
    expect(client.topic(topic).lagged).toBeGreaterThan(0);
  });
});

describe('a Rust server, asked what ours is asked in packages/rpc/test/probes.test.ts', () => {
  test.each(probes)('$name', async ({ expected, run }) => {
    const { rpcAddr: address, certificate } = await rust.rpcServer({ alpn: ALPN });
    const client = await RawClient.connect({ address, certificate: Buffer.from(certificate, 'hex') }, { alpn: ALPN });
    open.push(() => client.close());
    expect(await run(client)).toEqual(expected);
  });
});
