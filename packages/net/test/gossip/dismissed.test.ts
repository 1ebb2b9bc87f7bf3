import { type MessageId, messageIdFromBytes, type NeighborMessage } from '@grapevine/proto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { EndpointAddr } from '../../src/address/endpoint-addr.js';
import { FrameDecoder } from '../../src/gossip/link/frame-decoder.js';
import { decodeMessage, encodeFrame, encodeHeader, GOSSIP_ALPN } from '../../src/gossip/wire.js';
import type { Connection, RecvStream, SendStream } from '../../src/transport/seam.js';
import { type Listener, TestSwarm, TOPIC } from '../support/swarm.js';

const NEIGHBOR: NeighborMessage = { type: 'neighbor', priority: 'high', data: undefined };

let swarm: TestSwarm;
let member: Listener;
let mute: Mute;

/** A peer that lets everybody in, announces messages, and sends none of them. */
class Mute {
  readonly addr: EndpointAddr;
  /** When it was asked to be a neighbor again, in milliseconds. */
  readonly asked: number[] = [];
  readonly #out = new Map<Connection, SendStream>();
  #announced = 0;

  constructor() {
    const endpoint = swarm.network.endpoint({ alpns: [GOSSIP_ALPN] });
    this.addr = endpoint.addr();
    void (async () => {
      for await (const incoming of endpoint.accept()) void this.#serve(await incoming.accept()).catch(() => {});
    })();
  }

  announce(): void {
    const id: MessageId = messageIdFromBytes(new Uint8Array(32).fill(++this.#announced));
    for (const stream of this.#out.values()) stream.write(encodeFrame({ type: 'ihave', messages: [{ id, round: 0 }] }));
  }

  async #serve(connection: Connection): Promise<void> {
    void connection.closed.then(() => this.#out.delete(connection));
    const stream = await connection.openUni();
    stream.write(encodeHeader(TOPIC));
    this.#out.set(connection, stream);
    for await (const incoming of connection.acceptUni()) void this.#read(incoming, stream).catch(() => {});
  }

  async #read(from: RecvStream, to: SendStream): Promise<void> {
    const decoder = new FrameDecoder(65_536);
    let isHeader = true;
    for (let chunk = await from.read(); chunk; chunk = await from.read()) {
      decoder.push(chunk);
      for (let body = decoder.next(); body; body = decoder.next()) {
        const type = isHeader ? undefined : decodeMessage(body).type;
        isHeader = false;
        if (type === 'shuffle') to.write(encodeFrame({ type: 'shuffleReply', nodes: [] }));
        if (type !== 'join' && type !== 'neighbor') continue;
        this.asked.push(swarm.clock.now());
        to.write(encodeFrame(NEIGHBOR));
      }
    }
  }
}

const isNeighbor = () => member.session.neighbors().includes(mute.addr.id);
const joinByUser = () => member.session.send({ type: 'joinPeers', peers: [mute.addr] });

/** The mute peer becomes a neighbor, and is dismissed. @returns when that was */
async function dismissal(): Promise<number> {
  await joinByUser();
  await swarm.clock.until(isNeighbor, 5_000);
  for (let i = 0; isNeighbor() && i < 60; i++) {
    mute.announce();
    await swarm.clock.advance(500);
  }
  expect(isNeighbor()).toBe(false);
  mute.asked.length = 0;
  return swarm.clock.now();
}

beforeEach(async () => {
  swarm = new TestSwarm();
  mute = new Mute();
  member = await swarm.listen(swarm.add());
});
afterEach(() => swarm.close());

test('the only neighbor that a member has, and has dismissed, is back while messages are still kept', async () => {
  const at = await dismissal();
  await swarm.clock.until(isNeighbor, 60_000);
  expect(mute.asked).toHaveLength(1);
  expect(swarm.clock.now() - at).toBeGreaterThan(8_000);
  expect(swarm.clock.now() - at).toBeLessThan(20_000); // they are kept for 30 s
});

test('joined() says that it was dismissed', async () => {
  await dismissal();
  const late = new AbortController();
  const refused = member.session.joined(late.signal).catch((error) => error);
  await swarm.clock.advance(2_000);
  late.abort(new DOMException('too late', 'TimeoutError'));
  await swarm.clock.advance(10);
  const { message, tried } = await refused;
  expect(tried).toMatchObject([{ id: mute.addr.id, isDismissed: true }]);
  expect(message).toContain('was dismissed: it did not send what it announced');
});

test('it is asked at once when the user joins through it', async () => {
  const other = await swarm.listen(swarm.add(), [member]);
  await swarm.clock.until(() => member.session.neighbors().length === 1, 5_000);
  await dismissal();
  await swarm.clock.advance(20_000);
  expect(isNeighbor()).toBe(false);
  await joinByUser();
  await swarm.clock.until(isNeighbor, 1_000);
  expect(member.session.neighbors()).toEqual([other.endpoint.id, mute.addr.id]);
});
