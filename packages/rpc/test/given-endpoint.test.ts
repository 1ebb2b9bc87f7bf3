import { topicIdFrom } from '@grapevine/api';
import { endpointAddr, SecretKey } from '@grapevine/net';
import { MemoryNetwork } from '@grapevine/net/memory';
import { describe, expect, test } from 'vitest';
import { connectRpc, RpcAccessError, serveRpc } from '../src/index.js';
import { next, text, useNodes } from './setup.js';

// Remote control on endpoints of another transport than QUIC. With iroh: apps/node/test/remote-iroh.slow.test.ts.

const ROOM = topicIdFrom('my-room');
const nodes = useNodes();

function served() {
  const network = new MemoryNetwork();
  const { gossip, endpoint: node } = nodes.node();
  const [there, here] = [network.endpoint(), network.endpoint()];
  return { network, gossip, node, there, here };
}

describe('an endpoint that is handed over', () => {
  test('carries subscriptions and control, and is closed with the server and the client', async () => {
    const { gossip, node, there, here } = served();
    const server = await nodes.serve(gossip, { endpoint: there, node, allowedClients: [here.id] });
    expect(server).toMatchObject({ id: there.id, certificate: undefined });
    const remote = connectRpc(endpointAddr(server.id, server.addr), { endpoint: here });
    expect((await remote.control.addr()).id).toBe(node.id);
    const topic = await remote.subscribe(ROOM);
    const inside = await gossip.subscribe(ROOM);
    await topic.broadcast('from outside');
    expect(text((await next(inside, 'received')).content)).toBe('from outside');
    expect(await remote.flush()).toBe(0);
    await remote.close();
    await server.shutdown();
    expect([await here.closed, await there.closed]).toEqual([{ type: 'local' }, { type: 'local' }]);
  });

  test('is not open to all where others reach it', async () => {
    const { gossip, there } = served();
    await expect(serveRpc(gossip, { endpoint: there })).rejects.toBeInstanceOf(RpcAccessError);
  });

  test('lets only those in that are on the list', async () => {
    const { gossip, there, here } = served();
    const server = await nodes.serve(gossip, { endpoint: there, allowedClients: [SecretKey.generate().id] });
    const remote = connectRpc(endpointAddr(server.id, server.addr), { endpoint: here });
    nodes.onEnd(() => remote.close());
    await expect(remote.subscribe(ROOM)).rejects.toMatchObject({ code: 'ERR_RPC_REFUSED', reason: 'forbidden' });
  });

  test('tells programs with one identity apart', async () => {
    const { network, gossip, there } = served();
    const secretKey = SecretKey.generate();
    const server = await nodes.serve(gossip, { endpoint: there, allowedClients: [secretKey.id] });
    const twin = () => connectRpc(endpointAddr(server.id, server.addr), { endpoint: network.endpoint({ secretKey }) });
    const [one, two] = [twin(), twin()];
    for (const remote of [one, two]) nodes.onEnd(() => remote.close());
    const [first, second] = [await one.subscribe(ROOM), await two.subscribe(topicIdFrom('other'))];
    for (let i = 0; i < 10; i++) await first.broadcast(`message ${i}`);
    await second.broadcast('one message');
    // Each waits for its own commands. Those of the other are too few, or never end.
    expect(await one.flush()).toBe(0);
    expect(await two.flush()).toBe(0);
  });

  test('is refused beside what it says itself', async () => {
    const { gossip, node, there, here } = served();
    const secretKey = SecretKey.generate();
    const beside = 'is of no use together with endpoint';
    await expect(serveRpc(gossip, { endpoint: there, secretKey })).rejects.toThrow(`secretKey ${beside}`);
    await expect(serveRpc(gossip, { endpoint: there, address: '127.0.0.1:0' })).rejects.toThrow(`address ${beside}`);
    await expect(serveRpc(gossip, { endpoint: node, node })).rejects.toThrow("not the node's own");
    const server = endpointAddr(there.id, { host: '127.0.0.1', port: 1 });
    expect(() => connectRpc(server, { endpoint: here, secretKey })).toThrow(`secretKey ${beside}`);
    expect(() => connectRpc(server, { endpoint: here, idleTimeoutMs: 1000 })).toThrow(`idleTimeoutMs ${beside}`);
    const pinned = { address: '127.0.0.1:1', certificate: new Uint8Array() };
    expect(() => connectRpc(pinned, { endpoint: here })).toThrow('endpoint id');
  });
});
