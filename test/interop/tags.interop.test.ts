import { type EndpointAddr, parseTicket } from '@grapevine/api';
import { IrohEndpoint } from '@grapevine/iroh';
import { defaultHash, messageIdFromBytes, type RootTag, topicId } from '@grapevine/proto';
import { afterEach, expect, test } from 'vitest';
import { FrameDecoder } from '../../packages/net/src/gossip/link/frame-decoder.js';
import {
  decodeHeader,
  decodeMessage,
  encodeFrame,
  encodeHeader,
  GOSSIP_ALPN,
  type NetMessage,
} from '../../packages/net/src/gossip/wire.js';
import { useRustPeers } from './rust-peer.js';

// Tags follow a message, where iroh-gossip does not read. It handles the message as without a tag, and its answers have none.

const topic = '17'.repeat(32);
const tag = 0xdecafbad as RootTag;
const rust = useRustPeers();
const endpoints: IrohEndpoint[] = [];
afterEach(async () => {
  for (const endpoint of endpoints.splice(0)) await endpoint.close();
});

/** A neighbor of a Rust node that says exactly what the test says, and hears all. */
class RawNeighbor {
  readonly heard: NetMessage[] = [];
  #say: (message: NetMessage) => void = () => {};
  #wake: () => void = () => {};

  static async of(peer: EndpointAddr): Promise<RawNeighbor> {
    const endpoint = await IrohEndpoint.bind({ preset: 'minimal', address: '127.0.0.1:0' });
    endpoints.push(endpoint);
    const connection = await endpoint.connect(peer, GOSSIP_ALPN);
    const raw = new RawNeighbor();
    void (async () => {
      for await (const stream of connection.acceptUni()) void raw.#hear(() => stream.read()).catch(() => {});
    })().catch(() => {});
    const stream = await connection.openUni();
    const join = encodeFrame({ type: 'join', data: undefined });
    stream.write(Buffer.concat([encodeHeader(topicId(topic)), join]));
    raw.#say = (message) => stream.write(encodeFrame(message));
    await raw.until(({ type }) => type === 'neighbor');
    return raw;
  }

  say(message: NetMessage): void {
    this.#say(message);
  }

  /** The first message, from now or from before, that is like this. */
  async until(isIt: (message: NetMessage) => boolean): Promise<NetMessage> {
    for (;;) {
      const found = this.heard.find(isIt);
      if (found) return found;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  async #hear(read: () => Promise<Uint8Array | undefined>): Promise<void> {
    const decoder = new FrameDecoder(4_096);
    let hasHeader = false;
    for (let chunk = await read(); chunk; chunk = await read()) {
      decoder.push(chunk);
      for (let body = decoder.next(); body; body = decoder.next()) {
        if (hasHeader) this.heard.push(decodeMessage(body.slice()));
        else expect(decodeHeader(body)).toBe(topic);
        hasHeader = true;
      }
      this.#wake();
    }
  }
}

const payload = (text: string) => {
  const content = new TextEncoder().encode(text);
  const id = messageIdFromBytes(defaultHash(content));
  return { type: 'gossip', id, content, scope: { type: 'swarm', round: 0 } } as const;
};
const isPayload =
  (text: string) =>
  (message: NetMessage): boolean =>
    message.type === 'gossip' && new TextDecoder().decode(message.content) === text;

test('a Rust node delivers a payload with a tag, and passes it on without', async () => {
  const node = await rust.node();
  await node.join(topic);
  const [left, right] = [
    await RawNeighbor.of(parseTicket(node.ticket)),
    await RawNeighbor.of(parseTicket(node.ticket)),
  ];
  left.say({ ...payload('tagged'), tag });
  await node.untilContent(topic, 'tagged');
  expect(await right.until(isPayload('tagged'))).toEqual({ ...payload('tagged'), scope: { type: 'swarm', round: 1 } });
  left.say({ ...payload('as a guest'), tag, guest: true });
  expect(await right.until(isPayload('as a guest'))).not.toHaveProperty('tag');
});

test('a Rust node asks for what was announced with tags, and answers a graft with a tag', async () => {
  const node = await rust.node();
  await node.join(topic);
  const raw = await RawNeighbor.of(parseTicket(node.ticket));
  const { id } = payload('announced');
  raw.say({
    type: 'ihave',
    messages: [
      { id, round: 2, tag },
      { id: payload('other').id, round: 0 },
    ],
  });
  const graft = await raw.until((message) => message.type === 'graft' && message.id === id);
  expect(graft).toEqual({ type: 'graft', id, round: 2 });
  raw.say({ ...payload('announced'), tag });
  await node.untilContent(topic, 'announced');

  raw.say({ type: 'graft', id, round: 0, tag });
  expect(await raw.until(isPayload('announced'))).toEqual({
    ...payload('announced'),
    scope: { type: 'swarm', round: 1 },
  });
});

test('a Rust node takes a prune and a graft with a tag as it takes them without', async () => {
  const node = await rust.node();
  await node.join(topic);
  const raw = await RawNeighbor.of(parseTicket(node.ticket));
  raw.say({ type: 'prune', tag });
  raw.say({ ...payload('the prune is here'), tag });
  await node.untilContent(topic, 'the prune is here');
  await node.broadcast(topic, 'announced only');
  await raw.until(({ type }) => type === 'ihave');
  expect(raw.heard.some(isPayload('announced only'))).toBe(false);
  raw.say({ type: 'graft', id: undefined, round: 0, tag });
  raw.say({ ...payload('the graft is here'), tag });
  await node.untilContent(topic, 'the graft is here');
  await node.broadcast(topic, 'sent again');
  await raw.until(isPayload('sent again'));
});
