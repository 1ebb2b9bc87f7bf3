import { topicIdFrom } from '@grapevine/api';
import { type Endpoint, endpointAddr } from '@grapevine/net';
import { MemoryNetwork } from '@grapevine/net/memory';
import { describe, expect, test } from 'vitest';
import { connectRpc } from '../src/index.js';
import { CONTROL_ALPN, topicsAlpn } from '../src/protocol.js';
import { useNodes } from './setup.js';

// A client has two connections, and nothing orders what comes on one and on the other.

const ROOM = topicIdFrom('my-room');
const nodes = useNodes();

/** An endpoint on whose connections of one protocol everything is read late. */
function late(endpoint: Endpoint, alpn: string, ms: number): Endpoint {
  const wrap = <T extends object>(target: T, changes: Partial<T>): T =>
    new Proxy(target, {
      get(_, name) {
        const value = Reflect.get(name in changes ? changes : target, name);
        return typeof value === 'function' ? value.bind(name in changes ? changes : target) : value;
      },
    });
  return wrap(endpoint, {
    async connect(...dial) {
      const connection = await endpoint.connect(...dial);
      if (connection.alpn !== alpn) return connection;
      return wrap(connection, {
        async openBi() {
          const stream = await connection.openBi();
          const read = async () => {
            await new Promise((resolve) => setTimeout(resolve, ms));
            return await stream.recv.read();
          };
          return { ...stream, recv: wrap(stream.recv, { read }) };
        },
      });
    },
  });
}

describe.each([
  ['subscriptions', topicsAlpn(CONTROL_ALPN)],
  ['control', CONTROL_ALPN],
])('with a slow connection for %s', (_, alpn) => {
  async function served() {
    const node = nodes.node();
    const network = new MemoryNetwork();
    const [there, here] = [network.endpoint(), network.endpoint()];
    const server = await nodes.serve(node.gossip, { endpoint: there, allowedClients: [here.id] });
    const remote = connectRpc(endpointAddr(server.id, server.addr), { endpoint: late(here, alpn, 50) });
    nodes.onEnd(() => remote.close());
    return { node, remote };
  }

  test('a node that has lost its endpoint refuses to join, and says why', async () => {
    const { node, remote } = await served();
    await node.endpoint.close();
    await expect(remote.subscribe(ROOM)).rejects.toMatchObject({ code: 'ERR_ENDPOINT_CLOSED' });
  });

  test('a node that was shut down refuses to join', async () => {
    const { node, remote } = await served();
    await node.gossip.shutdown();
    await expect(remote.subscribe(ROOM)).rejects.toMatchObject({ code: 'ERR_GOSSIP_CLOSED' });
  });

  test('the limit of messages is known when the topic is', async () => {
    const { remote } = await served();
    expect((await remote.subscribe(ROOM)).maxContentLength).toBe(4055);
  });

  test('a topic that has failed can be flushed no more, and its error says why', async () => {
    const { node, remote } = await served();
    const topic = await remote.subscribe(ROOM);
    await remote.control.ping();
    await topic.broadcast('kept');
    await topic.flush();
    await node.endpoint.close();
    await expect(topic.flush()).rejects.toMatchObject({ code: 'ERR_ENDPOINT_CLOSED' });
  });

  test('what was on its way to a topic that ends is not waited for, and counts as not carried out', async () => {
    const { node, remote } = await served();
    const topic = await remote.subscribe(ROOM);
    const other = await remote.subscribe(topicIdFrom('other'));
    await node.endpoint.close();
    for (let i = 0; i < 10; i++) await topic.broadcast(`lost ${i}`).catch(() => {});
    await other.broadcast('lost').catch(() => {});
    expect(await remote.flush()).toBe(11);
  });

  test('a topic is flushed after another subscription to it was closed', async () => {
    const { remote } = await served();
    const topic = await remote.subscribe(ROOM);
    const again = await remote.subscribe(ROOM);
    await again.broadcast('kept');
    await again.flush();
    again.close();
    await topic.broadcast('kept as well');
    expect(await topic.flush()).toEqual({ kept: 2, lost: [], refused: 0 });
  });
});

test('a closed client says that it is closed, and not its node', async () => {
  const { gossip } = nodes.node();
  const remote = nodes.connect(await nodes.serve(gossip));
  await remote.subscribe(ROOM);
  const late = expect(remote.subscribe(ROOM)).rejects.toThrow('client of a remote node has been closed');
  await remote.close();
  await late;
  for (const call of [() => remote.subscribe(ROOM), () => remote.control.topics(), () => remote.snapshot()]) {
    await expect(call()).rejects.toThrow('client of a remote node has been closed');
  }
});
