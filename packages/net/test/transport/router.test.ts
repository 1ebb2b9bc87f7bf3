import { afterEach, describe, expect, test } from 'vitest';
import { GossipNode } from '../../src/gossip/index.js';
import { MemoryNetwork } from '../../src/memory/index.js';
import { type ProtocolHandler, Router } from '../../src/transport/router.js';

const network = new MemoryNetwork();
const routers: Router[] = [];
afterEach(() => Promise.all(routers.splice(0).map((router) => router.shutdown())));

function router(): Router {
  const made = new Router(network.endpoint());
  routers.push(made);
  return made;
}

describe('the companions of a protocol', () => {
  test('are registered with it', async () => {
    const served: string[] = [];
    const handler = (name: string): ProtocolHandler => ({ accept: () => void served.push(name) });
    const companions = [{ alpn: 'b', ...handler('companion') }];
    const { endpoint } = router()
      .accept('a', { ...handler('protocol'), companions })
      .spawn();
    const dialer = network.endpoint();
    for (const alpn of ['a', 'b']) await dialer.connect(endpoint.addr(), alpn);
    expect(served).toEqual(['protocol', 'companion']);
    await expect(dialer.connect(endpoint.addr(), 'c')).rejects.toMatchObject({ reason: 'alpn-mismatch' });
    await dialer.close();
  });

  test('have one handler each, and nothing is registered where one has', () => {
    const one = router().accept('a', { accept: () => {}, companions: [{ alpn: 'b', accept: () => {} }] });
    const other: ProtocolHandler = { accept: () => {}, companions: [{ alpn: 'b', accept: () => {} }] };
    expect(() => one.accept('c', other)).toThrow('protocol b has a handler already');
    expect(() => one.accept('b', { accept: () => {} })).toThrow('protocol b has a handler already');
    one.accept('c', { accept: () => {} });
  });

  test('of two gossip nodes with protocols of different names do not meet', () => {
    const { endpoint } = router();
    const nodes = [new GossipNode(endpoint), new GossipNode(endpoint, { alpn: '/my-gossip/1' })];
    const both = new Router(endpoint);
    for (const node of nodes) both.accept(node.alpn, node);
    expect(nodes.flatMap(({ companions }) => companions.map(({ alpn }) => alpn))).toEqual([
      '/grapevine/reconcile/1',
      '/grapevine/reconcile/1/my-gossip/1',
    ]);
    return Promise.all(nodes.map((node) => node.shutdown()));
  });
});
