import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { BindError, type Connection, SecretKey } from '@grapevine/net';
import { MemoryNetwork } from '@grapevine/net/memory';
import { afterEach, describe, expect, test } from 'vitest';
import { bindEndpoint } from '../src/endpoint/none.js';
import { type BindOptions, type BoundGossip, Gossip, parseTicket, topicIdFrom } from '../src/index.js';

const ROOM = topicIdFrom('my-room');
const LOCAL = { address: '127.0.0.1:0' };

const open: BoundGossip[] = [];
afterEach(() => Promise.all(open.splice(0).map((node) => node.shutdown())));

async function bind(options: BindOptions = LOCAL): Promise<BoundGossip> {
  const node = await Gossip.bind(options);
  open.push(node);
  return node;
}

describe('Gossip.bind', () => {
  test('makes a whole node, which others enter a room through by its tickets', async () => {
    const alice = await bind();
    const bob = await bind();
    const hers = await alice.subscribe(ROOM);
    const his = await bob.subscribe(alice.roomTicket(ROOM));
    await his.joined();
    await hers.broadcast('hello');
    expect(Buffer.from((await his.messages().next()).value?.content ?? []).toString()).toBe('hello');
    const carol = await (await bind()).subscribe(ROOM, { bootstrap: bob.ticket() });
    await carol.joined();
    expect((await alice.snapshot()).id).toBe(alice.id);
  });

  test('has the three parts, and ends as one', async () => {
    const neighbor = await bind();
    const topic = await neighbor.subscribe(ROOM);
    const changes = topic.membership();
    let closed: Promise<unknown>;
    {
      await using node = await Gossip.bind(LOCAL);
      const { endpoint, gossip, router } = node;
      closed = endpoint.closed;
      expect(router.endpoint).toBe(endpoint);
      expect(node.id).toBe(endpoint.id);
      await (await gossip.subscribe(ROOM, { bootstrap: neighbor.ticket() })).joined();
      expect((await changes.next()).value).toEqual({ type: 'neighborUp', peer: node.id });
    }
    expect(await closed).toEqual({ type: 'local' });
    expect((await changes.next()).value).toMatchObject({ type: 'neighborDown', reason: 'left' });
  });

  test('asks the program about peers and messages, where it wants to be asked', async () => {
    const members = new Set<string>();
    const host = await bind({
      ...LOCAL,
      allowPeer: (_topic, peer) => members.has(peer),
      validate: (_topic, { content }) => (content.length > 3 ? 'reject' : 'accept'),
    });
    const topic = await host.subscribe(ROOM);
    const messages = topic.messages();
    const changes = topic.membership();
    const member = await bind();
    members.add(member.id);
    const stranger = await bind();
    const theirs = await member.subscribe(ROOM, { bootstrap: host.ticket() });
    await theirs.joined();
    await stranger.subscribe(ROOM, { bootstrap: host.ticket() });
    for (const text of ['too long', 'ok']) await theirs.broadcast(text);
    expect(Buffer.from((await messages.next()).value?.content ?? []).toString()).toBe('ok');
    expect((await changes.next()).value).toEqual({ type: 'neighborUp', peer: member.id });
    await expect.poll(async () => (await host.snapshot()).admission.counts['not-allowed']).toBeGreaterThan(0);
    expect((await host.snapshot()).admission.counts.rejected).toBe(1);
    expect(topic.neighbors()).toEqual([member.id]);

    members.clear();
    host.gossip.reviewPeers();
    expect((await changes.next()).value).toEqual({ type: 'neighborDown', peer: member.id, reason: 'refused' });
  });

  test('is who, and where, the options say', async () => {
    const secretKey = SecretKey.generate();
    const node = await bind({ ...LOCAL, secretKey, advertise: ['203.0.113.7:4433', '2001:db8::1'] });
    const [here] = node.addr().addrs.slice(2);
    const port = here?.type === 'ip' ? here.addr.port : 0;
    expect(node.id).toBe(secretKey.id);
    expect(here).toMatchObject({ addr: { host: '127.0.0.1' } });
    expect(node.addr().addrs.slice(0, 2)).toEqual([
      { type: 'ip', addr: { host: '203.0.113.7', port: 4433 } },
      { type: 'ip', addr: { host: '2001:db8::1', port } },
    ]);
    expect(parseTicket(node.ticket()).addrs).toHaveLength(3);
  });

  test('takes an endpoint of any transport, and other protocols beside gossip', async () => {
    const network = new MemoryNetwork();
    const greeted: string[] = [];
    const protocols = { 'greet/1': { accept: ({ remoteId }: Connection) => void greeted.push(remoteId) } };
    const node = await bind({ endpoint: network.endpoint(), protocols });
    const other = await bind({ endpoint: network.endpoint() });
    await other.endpoint.connect(node.addr(), 'greet/1');
    await expect.poll(() => greeted).toEqual([other.id]);
    await (await node.subscribe(ROOM)).broadcast('x');
    await node.shutdown();
    expect(await node.endpoint.closed).toEqual({ type: 'local' });
  });

  test('leaves nothing behind when something is wrong', async () => {
    const socket = createSocket('udp4');
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    const { port } = socket.address();
    await expect(Gossip.bind({ address: `127.0.0.1:${port}` })).rejects.toThrow(BindError);
    socket.close();
    await once(socket, 'close');
    const address = `127.0.0.1:${port}`;
    await expect(Gossip.bind({ address, dialBackoffMinMs: 9, dialBackoffMaxMs: 5 })).rejects.toThrow(RangeError);
    const handler = { accept() {} };
    await expect(Gossip.bind({ address, protocols: { [Gossip.ALPN]: handler } })).rejects.toThrow('has a handler');
    await bind({ address }); // the port is free
    const endpoint = new MemoryNetwork().endpoint();
    await expect(Gossip.bind({ endpoint, protocols: { [Gossip.ALPN]: handler } })).rejects.toThrow('has a handler');
    await bind({ endpoint }); // it was not ours to close
  });

  test('says where there is no QUIC what to do instead', async () => {
    await expect(bindEndpoint({})).rejects.toMatchObject({
      code: 'ERR_UNSUPPORTED_PLATFORM',
      message: expect.stringContaining('WebEndpoint of @grapevine/web'),
    });
  });
});
