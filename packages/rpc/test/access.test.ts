import { topicIdFrom } from '@grapevine/api';
import { formatTicket, SecretKey } from '@grapevine/net';
import { describe, expect, test } from 'vitest';
import { connectRpc, RpcAccessError, serveRpc } from '../src/index.js';
import { RawClient } from './raw-client.js';
import { recorder, useNodes } from './setup.js';

const ROOM = topicIdFrom('my-room');
const nodes = useNodes();

describe('without a list of clients', () => {
  test.each(['0.0.0.0:0', '[::]:0', '192.0.2.1:0'])('a server does not listen on %s', async (address) => {
    const { gossip } = nodes.node();
    const refusal = await serveRpc(gossip, { address }).catch((error) => error);
    expect(refusal).toBeInstanceOf(RpcAccessError);
    expect(refusal).toMatchObject({ code: 'ERR_RPC_ACCESS', address });
    expect(refusal.message).toContain('allowedClients');
  });

  test('it listens on loopback, says so, and has a certificate', async () => {
    const { said, logger } = recorder();
    const server = await nodes.serve(nodes.node().gossip, { logger });
    expect(server.address).toMatch(/^127\.0\.0\.1:\d+$/);
    expect(said).toContainEqual(expect.stringContaining('no list of allowed clients'));
    expect(server.certificate).toBeInstanceOf(Uint8Array);
  });

  test('a client may know it by its certificate, its address with its id, or a ticket of that', async () => {
    const { gossip } = nodes.node();
    const { certificate, address, id, addr } = await nodes.serve(gossip);
    if (!certificate) throw new Error('there is one');
    const byId = { id, addrs: [{ type: 'ip' as const, addr }] };
    for (const server of [{ address, certificate }, byId, formatTicket(byId)]) {
      const remote = connectRpc(server);
      expect(await remote.control.ping()).toBeGreaterThan(0);
      await remote.close();
    }
  });

  test('a client does not talk to a server with another key', async () => {
    const server = await nodes.serve(nodes.node().gossip);
    const addrs = [{ type: 'ip' as const, addr: server.addr }];
    const remote = connectRpc({ id: SecretKey.generate().id, addrs });
    nodes.onEnd(() => remote.close());
    await expect(remote.subscribe(ROOM)).rejects.toMatchObject({ code: 'ERR_CONNECT', reason: 'identity-mismatch' });
  });

  test('the same key gives the same certificate after a restart', async () => {
    const secretKey = SecretKey.generate();
    const { gossip } = nodes.node();
    const [first, second] = [await nodes.serve(gossip, { secretKey }), await nodes.serve(gossip, { secretKey })];
    expect(first.certificate).toEqual(second.certificate);
  });
});

describe('with a list of clients', () => {
  const [friend, stranger] = [SecretKey.generate(), SecretKey.generate()];

  test('a server listens wherever it is told to', async () => {
    const server = await nodes.serve(nodes.node().gossip, { address: '0.0.0.0:0', allowedClients: [] });
    expect(server.addr.port).toBeGreaterThan(0);
  });

  test('those on it get in, others are told that they are not on it', async () => {
    const { gossip } = nodes.node();
    const server = await nodes.serve(gossip, { allowedClients: [friend.id] });
    expect(server.certificate).toBeUndefined();
    const topic = await nodes.connect(server, { secretKey: friend }).subscribe(ROOM);
    await topic.broadcast('hello');
    const refused = nodes.connect(server, { secretKey: stranger }).subscribe(topicIdFrom('other'));
    await expect(refused).rejects.toMatchObject({ code: 'ERR_RPC_REFUSED', reason: 'forbidden' });
    await expect(refused).rejects.toThrow(`client ${stranger.id} is not allowed`);
    expect((await gossip.snapshot()).topics.map(({ id }) => id)).toEqual([ROOM]);
    expect(server.stats().losses['not-allowed']).toBeGreaterThan(0);
  });

  test('a client that proves no id does not get in', async () => {
    const secretKey = SecretKey.generate();
    const { gossip } = nodes.node();
    const { certificate } = await nodes.serve(gossip, { secretKey });
    const { address } = await nodes.serve(gossip, { secretKey, allowedClients: [friend.id] });
    await expect(RawClient.connect({ address, certificate })).rejects.toMatchObject({ code: 'ERR_CONNECT' });
  });
});

describe('options', () => {
  test('out of range are refused, naming them', async () => {
    const { gossip } = nodes.node();
    await expect(serveRpc(gossip, { maxConnections: 0 })).rejects.toThrow('maxConnections');
    await expect(serveRpc(gossip, { queueCapacity: 0 })).rejects.toThrow('queueCapacity');
    await expect(serveRpc(gossip, { alpn: 'x', controlAlpn: 'x' })).rejects.toThrow('must differ');
    await expect(serveRpc(gossip, { address: 'localhost' })).rejects.toThrow('HOST:PORT');
    const server = { address: '127.0.0.1:1', certificate: new Uint8Array() };
    expect(() => connectRpc(server, { maxContentLength: 0 })).toThrow('maxContentLength');
    expect(() => connectRpc(server, { secretKey: friendKey() })).toThrow('endpoint id');
    expect(() => connectRpc({ address: '127.0.0.1:1', certificate: 'pem' as never })).toThrow('Uint8Array');
    expect(() => connectRpc('no ticket')).toThrow('ticket');
  });

  const friendKey = () => SecretKey.generate();
});
