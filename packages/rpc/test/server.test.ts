import { topicIdFrom } from '@grapevine/api';
import { describeClose, SecretKey, StreamLimitError, StreamResetError } from '@grapevine/net';
import { describe, expect, test } from 'vitest';
import { CloseCode, CONTROL_ALPN, connectRpc, type RpcServerOptions, serveRpc } from '../src/index.js';
import { length, nextEvent, request } from './raw-client.js';
import { next, text, useNodes } from './setup.js';

const ROOM = topicIdFrom('my-room');
const join = request({ type: 'join', topic: ROOM, bootstrap: [] });
const nodes = useNodes();

/** A node behind a server, and a neighbor of it in the room. */
async function meet(options: RpcServerOptions = {}) {
  const [node, other] = [nodes.node(), nodes.node()];
  const server = await nodes.serve(node.gossip, { node: node.endpoint, ...options });
  const theirs = await other.gossip.subscribe(ROOM);
  const ours = await node.gossip.subscribe(ROOM, { bootstrap: [other.endpoint.addr()] });
  await Promise.all([ours.joined(), theirs.joined()]);
  return { node, other, server, theirs, ours };
}

describe('events', () => {
  test('begin with one neighborUp for each known neighbor', async () => {
    const { node, other, server } = await meet();
    const third = await nodes.node().gossip.subscribe(ROOM, { bootstrap: [node.endpoint.addr()] });
    await third.joined();
    await expect.poll(async () => (await node.gossip.snapshot()).topics[0]?.activeView.length).toBe(2);
    const stream = await (await nodes.raw(server)).open(join);
    const peers = new Set([await nextEvent(stream), await nextEvent(stream)].map((event) => event?.type));
    expect(peers).toEqual(new Set(['neighborUp']));
    await other.gossip.shutdown();
    expect(await nextEvent(stream)).toEqual({ type: 'neighborDown', peer: other.endpoint.id });
  });

  test('are bounded for a client that never reads, which then learns that it lagged; others get everything', async () => {
    const { server, theirs } = await meet({ queueCapacity: 256 });
    const lazy = await (await nodes.raw(server, { streamWindow: 64 * 1024 })).open(join);
    const quick = await nodes.connect(server).subscribe(ROOM);
    await quick.joined();
    const COUNT = 1_500; // of 4 KB: far more than windows, buffers and 256 queued events take
    for (let i = 0; i < COUNT; i++) {
      await theirs.broadcast(`${i} ${'x'.repeat(4_000)}`);
      expect(text((await next(quick, 'received')).content)).toMatch(new RegExp(`^${i} `));
    }
    const seen: Record<string, number> = { received: 0, lagged: 0 };
    let last = '';
    while (!last.startsWith(`${COUNT - 1} `)) {
      const event = await nextEvent(lazy);
      if (!event) throw new Error('the events ended');
      seen[event.type] = (seen[event.type] ?? 0) + 1;
      if (event.type === 'received') last = text(event.content);
    }
    expect(seen.lagged).toBeGreaterThan(0);
    expect(seen.received).toBeLessThan(COUNT);
  });

  test('end with the node', async () => {
    const { node, server } = await meet();
    const stream = await (await nodes.raw(server)).open(join);
    expect(await nextEvent(stream)).toMatchObject({ type: 'neighborUp' });
    await node.gossip.shutdown();
    expect(await nextEvent(stream)).toBeUndefined();
    expect(await stream.send.stopped).toBe(0); // and commands are not taken any more
    const late = nodes.connect(server).subscribe(ROOM);
    await expect(late).rejects.toMatchObject({ code: 'ERR_GOSSIP_CLOSED' });
  });
});

describe('the topic', () => {
  test('is left when both directions are gone, whichever is last', async () => {
    const { gossip } = nodes.node();
    const server = await nodes.serve(gossip);
    const client = await nodes.raw(server);
    const topics = async () => (await gossip.snapshot()).topics.length;
    for (const order of ['sender first', 'reader first']) {
      const { send, recv } = await client.open(join);
      await expect.poll(topics).toBe(1);
      if (order === 'sender first') {
        send.finish();
        expect(await send.stopped).toBeUndefined();
        expect(await topics()).toBe(1);
        recv.stop(0);
      } else {
        recv.stop(0);
        expect(await topics()).toBe(1);
        send.finish();
      }
      await expect.poll(topics).toBe(0);
    }
  });

  test('is left when the client is gone', async () => {
    const { gossip } = nodes.node();
    const server = await nodes.serve(gossip);
    const remote = connectRpc({ address: server.address, certificate: server.certificate ?? new Uint8Array() });
    await remote.subscribe(ROOM);
    await remote.subscribe(topicIdFrom('other'));
    expect((await gossip.snapshot()).topics).toHaveLength(2);
    await remote.close();
    await expect.poll(async () => (await gossip.snapshot()).topics).toEqual([]);
    await expect.poll(() => server.stats().connections).toBe(0);
  });
});

test('what was sent right before the client closes arrives', async () => {
  const { server, theirs } = await meet();
  const remote = nodes.connect(server);
  const topic = await remote.subscribe(ROOM);
  const wanted = Array.from({ length: 50 }, (_, i) => `${i} ${'x'.repeat(4_000)}`);
  await Promise.all(wanted.map((message) => topic.broadcast(message)));
  await remote.close();
  for (const message of wanted) expect(text((await next(theirs, 'received')).content)).toBe(message);
});

test('many clients at once each get every message once', async () => {
  const { server, theirs } = await meet();
  const topics = await Promise.all(Array.from({ length: 20 }, () => nodes.connect(server).subscribe(ROOM)));
  await Promise.all(topics.map((topic) => topic.joined()));
  const wanted = Array.from({ length: 20 }, (_, i) => `message ${i}`);
  for (const message of wanted) await theirs.broadcast(message);
  for (const topic of topics) {
    const heard: string[] = [];
    while (heard.length < wanted.length) heard.push(text((await next(topic, 'received')).content));
    expect(heard).toEqual(wanted);
  }
  await Promise.all(topics.map((topic, i) => topic.broadcast(`from client ${i}`)));
  const heard = new Set<string>();
  while (heard.size < topics.length) heard.add(text((await next(theirs, 'received')).content));
});

describe('limits', () => {
  test('on connections', async () => {
    const server = await nodes.serve(nodes.node().gossip, { maxConnections: 1 });
    await nodes.raw(server);
    // The refusal may come before or after the client's handshake is complete.
    const second = nodes.raw(server).then(({ connection }) => connection.closed.then(describeClose), String);
    expect(await second).toContain(`code ${CloseCode.tooMany} (the server takes 1 connections)`);
    expect(server.stats()).toMatchObject({ connections: 1, losses: { 'too-many-connections': 1 } });
  });

  test('on subscriptions', async () => {
    const server = await nodes.serve(nodes.node().gossip, { maxSubscriptions: 2 });
    const remote = nodes.connect(server);
    const [first] = [await remote.subscribe(ROOM), await remote.subscribe(ROOM)];
    await expect(remote.subscribe(ROOM)).rejects.toThrow(StreamLimitError);
    first.close();
    await expect.poll(() => remote.subscribe(ROOM).then(() => 'subscribed', String)).toBe('subscribed');
  });

  test('on unfinished items of one connection', async () => {
    const server = await nodes.serve(nodes.node().gossip);
    const client = await nodes.raw(server);
    const almost = new Uint8Array(36_000);
    for (let i = 0; i < 120; i++) await client.open(join, length(36_001), almost);
    expect(await client.connection.closed).toMatchObject({ type: 'peer', code: CloseCode.tooMany });
  });

  test('on unfinished items of all connections: the one with most is closed, the others stay', async () => {
    const server = await nodes.serve(nodes.node().gossip);
    const almost = new Uint8Array(36_000);
    const begun = async (count: number) => {
      const client = await nodes.raw(server);
      for (let i = 0; i < count; i++) await client.open(join, length(36_001), almost);
      return client;
    };
    const most = await begun(110); // 4.0 of 4.3 MB
    const ended: number[] = [];
    for (let i = 0; i < 5; i++) {
      const other = await begun(80); // 2.9 MB: with the fifth of them it is more than 17
      void other.connection.closed.then(() => ended.push(i));
    }
    expect(await most.connection.closed).toMatchObject({ type: 'peer', code: CloseCode.tooMany });
    expect(ended).toEqual([]);
    expect(await nodes.connect(server).snapshot()).toHaveProperty('topics');
  });

  test('on unfinished items that are longer than the node takes: nothing of them is kept, so the connection stays', async () => {
    const server = await nodes.serve(nodes.node().gossip);
    const client = await nodes.raw(server);
    const half = new Uint8Array(12 * 1024 * 1024);
    const streams = [];
    for (let i = 0; i < 3; i++) streams.push(await client.open(join, length(16 * 1024 * 1024), half));
    for (const { send } of streams) await send.drained;
    expect(await Promise.race([client.connection.closed, nodes.connect(server).snapshot()])).toHaveProperty('topics');
  });

  test('on the length of a request, before it has come', async () => {
    const server = await nodes.serve(nodes.node().gossip);
    const client = await nodes.raw(server);
    await client.open(length(40_000), new Uint8Array(1_000));
    expect(await client.connection.closed).toMatchObject({ type: 'peer', code: CloseCode.none }); // as after any request that is none
  });

  test('on unfinished requests of one control connection', async () => {
    const server = await nodes.serve(nodes.node().gossip);
    const client = await nodes.raw(server, { alpn: CONTROL_ALPN });
    const almost = new Uint8Array(63 * 1024);
    for (let i = 0; i < 17; i++) await client.open(length(64 * 1024), almost);
    expect(await client.connection.closed).toMatchObject({ type: 'peer', code: CloseCode.tooMany });
  });

  test('on the length of one control request, before it has come', async () => {
    const server = await nodes.serve(nodes.node().gossip);
    const client = await nodes.raw(server, { alpn: CONTROL_ALPN });
    const stream = await client.open(length(64 * 1024 + 1), new Uint8Array(1_000));
    await expect(stream.reader.next()).rejects.toThrow(StreamResetError);
  });

  test('on what the node takes: a command too large for it is dropped and counted, the next is carried out', async () => {
    const { server, theirs } = await meet();
    const remote = nodes.connect(server, { maxContentLength: 1 << 20 });
    const topic = await remote.subscribe(ROOM);
    expect(topic.maxContentLength).toBe(4_055); // the server knows better than the options
    const stream = await (await nodes.raw(server)).open(join);
    stream.send.write(Uint8Array.of(...length(5_004), 0, ...length(5_000), ...new Uint8Array(5_001)));
    stream.send.write(Uint8Array.of(4, 0, 2, 104, 105));
    expect(text((await next(theirs, 'received')).content)).toBe('hi');
    expect(server.stats().losses['command-too-large']).toBe(1);
  });
});

describe('a restarted server', () => {
  test('is found again by the next subscription; topics of before have ended', async () => {
    const { gossip } = nodes.node();
    const secretKey = SecretKey.generate();
    const first = await serveRpc(gossip, { secretKey });
    const remote = nodes.connect(first);
    const before = await remote.subscribe(ROOM);
    await first.shutdown();
    expect(await before.next()).toEqual({ done: true, value: undefined });
    await expect(before.broadcast('x')).rejects.toMatchObject({ code: 'ERR_TOPIC_CLOSED' });

    await nodes.serve(gossip, { secretKey, address: first.address });
    const after = await remote.subscribe(ROOM);
    await after.broadcast('kept');
    expect((await remote.snapshot()).topics[0]?.keptBroadcasts).toBe(1);
  });

  test('that is not there is an error, and tried again', async () => {
    const { gossip } = nodes.node();
    const secretKey = SecretKey.generate();
    const first = await serveRpc(gossip, { secretKey });
    const remote = nodes.connect(first);
    await remote.subscribe(ROOM);
    await first.shutdown();
    await nodes.serve(gossip, { secretKey: SecretKey.generate(), address: first.address }); // somebody else is there
    await expect(remote.subscribe(ROOM)).rejects.toMatchObject({ code: 'ERR_CONNECT', reason: 'identity-mismatch' });
  });
});
