import { topicIdFrom } from '@grapevine/api';
import { describe, expect, test } from 'vitest';
import { useNodes } from './setup.js';

const ROOM = topicIdFrom('my-room');
const nodes = useNodes();

describe('flush', () => {
  test('waits until the node has everything, however much it is', async () => {
    const [node, other] = [nodes.node(), nodes.node()];
    const remote = nodes.connect(await nodes.serve(node.gossip, { node: node.endpoint }));
    const heard = await other.gossip.subscribe(ROOM, { queueCapacity: 10_000 });
    const topic = await remote.subscribe(ROOM, { bootstrap: [other.endpoint.addr()] });
    await topic.joined();
    const COUNT = 5_000;
    for (let i = 0; i < COUNT; i++) await topic.broadcast(`${i}`);
    expect(await remote.flush()).toBe(0);
    await remote.close(); // nothing is lost with the connection
    let received = 0;
    for await (const event of heard) if (event.type === 'received' && ++received === COUNT) break;
  });

  test('has nothing to wait for before anything was sent', async () => {
    expect(await nodes.connect(await nodes.serve(nodes.node().gossip)).flush()).toBe(0);
  });

  test('counts what the node did not take', async () => {
    const remote = nodes.connect(await nodes.serve(nodes.node().gossip));
    const topic = await remote.subscribe(ROOM);
    const SIZE = 4_000;
    const kept = Math.floor((1024 * 1024) / SIZE); // while there is nobody: 1 MiB
    for (let i = 0; i < kept + 3; i++) await topic.broadcast(`${i}`.padEnd(SIZE));
    expect(await remote.flush()).toBe(3);
  });

  test('fails when the server went away before it had everything', async () => {
    const { gossip } = nodes.node();
    const server = await nodes.serve(gossip);
    const remote = nodes.connect(server, { idleTimeoutMs: 500 });
    const topic = await remote.subscribe(ROOM);
    await topic.broadcast('lost?');
    await server.shutdown();
    await expect(remote.flush()).rejects.toThrow();
  });

  test('says that the node has been shut down', async () => {
    const { gossip } = nodes.node();
    const remote = nodes.connect(await nodes.serve(gossip));
    const topic = await remote.subscribe(ROOM);
    await topic.broadcast('lost');
    await remote.flush();
    await gossip.shutdown();
    await remote.subscribe(ROOM).catch(() => {});
    await expect(remote.flush()).rejects.toMatchObject({ code: 'ERR_GOSSIP_CLOSED' });
  });

  test('gives up when asked to', async () => {
    const remote = nodes.connect(await nodes.serve(nodes.node().gossip));
    await remote.subscribe(ROOM);
    const reason = new Error('enough');
    await expect(remote.flush({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });

  test('of a topic tells what the node did not take, and is refused by a server that cannot tell', async () => {
    const server = await nodes.serve(nodes.node().gossip);
    const topic = await nodes.connect(server).subscribe(ROOM);
    const SIZE = 4_000;
    const kept = Math.floor((1024 * 1024) / SIZE);
    for (let i = 0; i < kept + 3; i++) await topic.broadcast(`${i}`.padEnd(SIZE));
    expect(await topic.flush()).toEqual({ kept, lost: [], refused: 3 });
    const plain = await nodes.connect(server, { controlAlpn: 'as-rust/1' }).subscribe(ROOM);
    await expect(plain.flush()).rejects.toMatchObject({ code: 'ERR_RPC_REFUSED', reason: 'unsupported' });
  });
});
