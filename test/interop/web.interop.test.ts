import { Gossip } from '@grapevine/api';
import { IrohEndpoint } from '@grapevine/iroh';
import { encodeAddrInfo, formatTicket, parseSocketAddr, SecretKey, type TransportAddr } from '@grapevine/net';
import { encode } from '@grapevine/postcard';
import { topicId } from '@grapevine/proto';
import { WebEndpoint, webTransportAddr } from '@grapevine/web';
import { HubEndpoint, QuicDialer, WebListener } from '@grapevine/web/listener';
import { afterEach, describe, expect, test } from 'vitest';
import { endpointAddrSchema } from '../../packages/net/src/address/codec.js';
import { askRust } from './rust-bytes.js';
import { useRustPeers } from './rust-peer.js';

// Hubs have addresses that the Rust crate does not know, and nobody can dial tabs. Rust members work with both.

const topic = '17'.repeat(32);
const LOOPBACK = '127.0.0.1:0';
const decoder = new TextDecoder();
const rust = useRustPeers();
const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function startHub() {
  const secretKey = SecretKey.generate();
  const endpoint = await IrohEndpoint.bind({ preset: 'minimal', secretKey, address: LOOPBACK });
  const hub = await Gossip.bind({
    endpoint: new HubEndpoint(endpoint, await WebListener.bind({ secretKey, address: LOOPBACK })),
  });
  closers.push(() => hub.shutdown());
  return hub;
}

async function startTab() {
  const dialer = await QuicDialer.bind({ address: LOOPBACK });
  const endpoint = new WebEndpoint({ key: SecretKey.generate(), dialer: dialer.dial });
  const tab = Gossip.spawn(endpoint);
  closers.push(async () => {
    await tab.shutdown();
    await endpoint.close();
    await dialer.close();
  });
  return { tab, id: endpoint.id };
}

const web = webTransportAddr({ authority: '192.0.2.1:8443', hashes: [new Uint8Array(32).fill(7)] });
const direct: TransportAddr = { type: 'ip', addr: parseSocketAddr('192.0.2.1:4433') };

describe('a web address', () => {
  test('behind the peer data is passed over by the crate', async () => {
    const plain = Buffer.from(encodeAddrInfo([direct]));
    const hub = Buffer.from(encodeAddrInfo([direct, web]));
    expect(hub.length).toBeGreaterThan(plain.length);
    const [without, behind] = await askRust(
      [plain, hub].map((data) => ({ kind: 'addrInfo', hex: data.toString('hex') })),
    );
    expect(behind).toEqual(without);
    expect(behind).toMatchObject({ json: { direct_addresses: ['192.0.2.1:4433'] } });
  });

  test('in a ticket is kept by the crate', async () => {
    const { id } = SecretKey.generate();
    const hex = Buffer.from(encode(endpointAddrSchema, { id, addrs: [direct, web] })).toString('hex');
    const [answer] = await askRust([{ kind: 'endpointAddr', hex }]);
    expect(answer).toMatchObject({ hex });
  });
});

describe('Rust members', () => {
  test('join a hub by a ticket with a web address, and dial one of which gossip has told them', async () => {
    const hub = await startHub();
    const host = await rust.node();
    const guest = await rust.node();
    const room = await hub.subscribe(topicId(topic));
    await host.join(topic, hub.ticket());
    await host.untilNeighbors(topic, hub.id);
    await guest.join(topic, host.ticket); // it has never heard of the hub
    await guest.untilNeighbors(topic, host.id, hub.id);
    await room.broadcast('from the hub');
    await guest.untilContent(topic, 'from the hub');
  });

  test('hear a tab and are heard by it, and never learn that it is there', async () => {
    const hub = await startHub();
    await hub.subscribe(topicId(topic));
    const member = await rust.node();
    await member.join(topic, formatTicket(hub.addr()));
    await member.untilNeighbors(topic, hub.id);
    const { tab, id } = await startTab();
    const room = await tab.subscribe(topicId(topic), { bootstrap: [hub.addr()] });
    await room.joined();
    await room.broadcast('from a tab');
    expect(await member.untilContent(topic, 'from a tab')).toMatchObject({ from: hub.id });
    await member.broadcast(topic, 'from Rust');
    for await (const event of room) {
      if (event.type === 'received' && decoder.decode(event.content) === 'from Rust') break;
    }
    expect(await member.known(id)).toEqual([]);
  });
});
