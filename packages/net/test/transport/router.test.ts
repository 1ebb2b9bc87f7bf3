import { afterEach, describe, expect, test } from 'vitest';
import { GossipNode } from '../../src/gossip/index.js';
import { MemoryNetwork } from '../../src/memory/index.js';
import { type ProtocolHandler, Router, type RouterOptions } from '../../src/transport/router.js';
import { silentLogger } from '../../src/util/logger.js';

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

describe('admit', () => {
  /** A router that admits so, and what becomes of two dials in turn. */
  async function dialTwice(admit: RouterOptions['admit']) {
    const errors: string[] = [];
    const logger = { ...silentLogger, error: (_fields: object, message: string) => errors.push(message) };
    const made = new Router(network.endpoint(), { logger, ...(admit && { admit }) });
    routers.push(made);
    made.accept('a', { accept: () => {} }).spawn();
    const dialer = network.endpoint();
    const dial = () =>
      dialer.connect(made.endpoint.addr(), 'a').then(
        () => 'connected',
        ({ reason }) => reason as string,
      );
    const results = [await dial(), await dial()];
    await dialer.close();
    return { results, errors };
  }

  test('decides who may connect, at once or later', async () => {
    let asked = 0;
    expect(await dialTwice(() => ++asked > 1)).toEqual({ results: ['refused', 'connected'], errors: [] });
    expect(await dialTwice(async () => asked-- > 1)).toEqual({ results: ['connected', 'refused'], errors: [] });
  });

  test('that throws, rejects, or says something else refuses that peer, and the next one is asked about', async () => {
    const message = 'admit has failed: refusing the peer';
    let isFirst = true;
    const failing = (fail: () => unknown) => {
      isFirst = true;
      return dialTwice((() => {
        if (!isFirst) return true;
        isFirst = false;
        return fail();
      }) as RouterOptions['admit']);
    };
    const bug = new Error('a bug in a predicate');
    expect(await failing(() => Promise.reject(bug))).toEqual({ results: ['refused', 'connected'], errors: [message] });
    expect(
      await failing(() => {
        throw bug;
      }),
    ).toEqual({ results: ['refused', 'connected'], errors: [message] });
    for (const other of [undefined, 1, 'yes', {}]) {
      expect(await failing(() => other)).toEqual({ results: ['refused', 'connected'], errors: [] });
    }
  });
});
