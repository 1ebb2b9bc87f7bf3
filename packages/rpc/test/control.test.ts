import { topicIdFrom } from '@grapevine/api';
import { describe, expect, test } from 'vitest';
import { CONTROL_ALPN, RpcRefusedError } from '../src/index.js';
import { item } from './raw-client.js';
import { recorder, useNodes } from './setup.js';

const ROOM = topicIdFrom('my-room');
const nodes = useNodes();

describe('control', () => {
  test('tells topics, neighbors and addresses, whoever joined', async () => {
    const [node, other] = [nodes.node(), nodes.node()];
    const { control } = nodes.connect(await nodes.serve(node.gossip, { node: node.endpoint }));
    await other.gossip.subscribe(ROOM);
    const topic = await node.gossip.subscribe(ROOM, { bootstrap: [other.endpoint.addr()] });
    await topic.joined();
    expect(await control.topics()).toEqual([ROOM]);
    expect(await control.neighbors(ROOM)).toEqual([other.endpoint.id]);
    expect(await control.neighbors(topicIdFrom('elsewhere'))).toEqual([]);
    expect(await control.addr()).toEqual(node.endpoint.addr());
    expect(await control.ping()).toBeGreaterThan(0);
  });

  test('brings the whole snapshot as it is', async () => {
    const [node, other] = [nodes.node(), nodes.node()];
    const { control } = nodes.connect(await nodes.serve(node.gossip));
    await other.gossip.subscribe(ROOM);
    const topic = await node.gossip.subscribe(ROOM, { bootstrap: [other.endpoint.addr()] });
    await topic.joined();
    const [remote, local] = [await control.snapshot(), await node.gossip.snapshot()];
    const steady = (snapshot: typeof local) => ({
      ...snapshot,
      peers: snapshot.peers.map((peer) => ({ ...peer, rttMs: 0, sentBytes: 0, receivedBytes: 0 })),
    });
    expect(steady(remote)).toEqual(steady(local));
    expect(remote.peers[0]?.rttMs).toBeCloseTo(local.peers[0]?.rttMs ?? -1, 0);
  });

  test('teaches the node where peers are, when the server was given the node', async () => {
    const [node, other] = [nodes.node(), nodes.node()];
    await other.gossip.subscribe(ROOM);
    const remote = nodes.connect(await nodes.serve(node.gossip, { node: node.endpoint }));
    await remote.control.learn([other.endpoint.addr()]);
    const topic = await remote.subscribe(ROOM, { bootstrap: [other.endpoint.id] });
    await topic.joined();
  });

  test('without it says so, and joins by ids that the node knows', async () => {
    const [node, other] = [nodes.node(), nodes.node()];
    await other.gossip.subscribe(ROOM);
    node.endpoint.addressLookup.add(other.endpoint.addr(), 'user');
    const { said, logger } = recorder();
    const remote = nodes.connect(await nodes.serve(node.gossip), { logger });
    await expect(remote.control.addr()).rejects.toMatchObject({ code: 'ERR_RPC_REFUSED', reason: 'unsupported' });
    const topic = await remote.subscribe(ROOM, { bootstrap: [other.endpoint.addr()] });
    await topic.joined();
    expect(said).toContainEqual(expect.stringContaining('not told the addresses'));
  });

  test('shuts nothing down unless the server lets it', async () => {
    const { gossip } = nodes.node();
    const remote = nodes.connect(await nodes.serve(gossip));
    await expect(remote.shutdown()).rejects.toThrow(RpcRefusedError);
    await expect(remote.shutdown()).rejects.toMatchObject({ reason: 'forbidden' });
    await remote.subscribe(ROOM); // neither here nor there
    expect((await gossip.snapshot()).topics).toHaveLength(1);
  });

  test('reports a shutdown that failed without its details', async () => {
    const onShutdown = () => {
      throw new Error('secret');
    };
    const remote = nodes.connect(await nodes.serve(nodes.node().gossip, { onShutdown }));
    const refusal = await remote.shutdown().catch((error) => error);
    expect(refusal).toMatchObject({ code: 'ERR_RPC_REFUSED', reason: 'failed' });
    expect(refusal.message).not.toContain('secret');
  });

  test('shuts down a server with the node', async () => {
    const { gossip } = nodes.node();
    const server = await nodes.serve(gossip, {
      onShutdown: async () => {
        await gossip.shutdown();
        await server.shutdown();
      },
    });
    const remote = nodes.connect(server);
    const topic = await remote.subscribe(ROOM);
    await remote.shutdown();
    expect(await topic.next()).toEqual({ done: true, value: undefined });
    await expect(remote.subscribe(ROOM)).rejects.toMatchObject({ code: 'ERR_GOSSIP_CLOSED' });
  });

  test.each([
    ['nonsense', [item(99)]],
    ['nothing', []],
    ['too much', [Uint8Array.of(0xff, 0xff, 0xff, 0x7f)]],
    ['a long list', [Uint8Array.of(0x81, 0x80, 0x08), new Uint8Array(131_073)]],
  ])('answers %s with a reset, and the next request as ever', async (_, chunks) => {
    const client = await nodes.raw(await nodes.serve(nodes.node().gossip), { alpn: CONTROL_ALPN });
    const bad = await client.open(...chunks);
    bad.send.finish();
    await expect(bad.reader.next()).rejects.toMatchObject({ code: 'ERR_STREAM_RESET', errorCode: 0 });
    const good = await client.open(item(0));
    expect(await good.reader.next()).toEqual(Uint8Array.of(0));
  });
});
