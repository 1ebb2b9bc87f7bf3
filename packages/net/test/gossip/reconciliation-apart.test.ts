import { afterEach, expect, test } from 'vitest';
import { FrameDecoder } from '../../src/gossip/link/frame-decoder.js';
import { decodeHeader, decodeMessage, GOSSIP_ALPN, type NetMessage } from '../../src/gossip/wire.js';
import type { EndpointId } from '../../src/identity/endpoint-id.js';
import type { BiStream, Connection, RecvStream } from '../../src/transport/seam.js';
import { type Listener, type Member, say, TestSwarm, TOPIC, texts } from '../support/swarm.js';

// What two neighbors compare and fetch after a gap travels on connections of its own: `/iroh-gossip/1` carries what iroh-gossip says, and no more.

let swarm: TestSwarm;
afterEach(() => swarm.close());

const GAP = 600;
/** All that iroh-gossip 0.101 says. */
const KINDS = 'join forwardJoin shuffle shuffleReply neighbor disconnect gossip prune graft ihave'.split(' ');

/** A message that has crossed a gossip connection. */
interface Crossed {
  readonly from: EndpointId;
  readonly to: EndpointId;
  readonly message: NetMessage;
}

/** All that the members say on connections that one of them has dialed. */
class Tap {
  readonly crossed: Crossed[] = [];
  /** Streams in both directions, which iroh-gossip does not open. */
  twoWay = 0;
  readonly bytes: Record<string, number> = {};

  add({ endpoint }: Member): void {
    const connect = endpoint.connect.bind(endpoint);
    endpoint.connect = async (...args) => {
      const connection = await connect(...args);
      this.#tap(connection, endpoint.id);
      return connection;
    };
  }

  #tap(connection: Connection, me: EndpointId): void {
    const { alpn, remoteId } = connection;
    const isGossip = alpn === GOSSIP_ALPN;
    const openUni = connection.openUni.bind(connection);
    connection.openUni = async () => {
      const stream = await openUni();
      const hear = isGossip ? this.#messages(me, remoteId) : () => {};
      const write = stream.write.bind(stream);
      stream.write = (bytes) => {
        this.#count(alpn, bytes);
        hear(bytes);
        return write(bytes);
      };
      return stream;
    };
    const acceptUni = connection.acceptUni.bind(connection);
    connection.acceptUni = () => this.#heard(acceptUni(), alpn, () => this.#messages(remoteId, me));
    const openBi = connection.openBi.bind(connection);
    connection.openBi = async () => {
      if (isGossip) this.twoWay++;
      const stream = await openBi();
      const [read, write] = [stream.recv.read.bind(stream.recv), stream.send.write.bind(stream.send)];
      stream.send.write = (bytes) => {
        this.#count(alpn, bytes);
        return write(bytes);
      };
      stream.recv.read = async () => this.#count(alpn, await read());
      return stream;
    };
    const acceptBi = connection.acceptBi.bind(connection);
    connection.acceptBi = () => this.#counted(acceptBi(), isGossip);
  }

  async *#heard(streams: AsyncIterable<RecvStream>, alpn: string, messages: () => (bytes: Uint8Array) => void) {
    for await (const stream of streams) {
      const hear = messages();
      const read = stream.read.bind(stream);
      stream.read = async () => {
        const bytes = this.#count(alpn, await read());
        if (bytes && alpn === GOSSIP_ALPN) hear(bytes);
        return bytes;
      };
      yield stream;
    }
  }

  async *#counted(streams: AsyncIterable<BiStream>, isGossip: boolean) {
    for await (const stream of streams) {
      if (isGossip) this.twoWay++;
      yield stream;
    }
  }

  #count<T extends Uint8Array | undefined>(alpn: string, bytes: T): T {
    this.bytes[alpn] = (this.bytes[alpn] ?? 0) + (bytes?.length ?? 0);
    return bytes;
  }

  /** Reads a stream as a Rust node does: a topic, then messages. */
  #messages(from: EndpointId, to: EndpointId): (bytes: Uint8Array) => void {
    const decoder = new FrameDecoder(4_096);
    let topic: string | undefined;
    return (bytes) => {
      decoder.push(bytes);
      for (let body = decoder.next(); body; body = decoder.next()) {
        if (topic === undefined) topic = decodeHeader(body);
        else this.crossed.push({ from, to, message: decodeMessage(body.slice()) });
        expect(topic).toBe(TOPIC);
      }
    };
  }
}

test('a gap between our own nodes is compared and fetched without a word on /iroh-gossip/1', async () => {
  swarm = new TestSwarm({}, { idleTimeoutMs: 5_000 });
  const { clock, network } = swarm;
  const tap = new Tap();
  const members = [swarm.add(), swarm.add(), swarm.add()];
  for (const member of members) tap.add(member);
  const first = await swarm.listen(members[0] as Member);
  const second = await swarm.listen(members[1] as Member, [first]);
  const gone = await swarm.listen(members[2] as Member, [first]);
  await clock.until(() => [first, second, gone].every(({ session }) => session.neighbors().length === 2));
  for (const other of [first, second]) network.cut(other.endpoint, gone.endpoint);
  for (let i = 0; i < GAP; i++) {
    await say(first, `gap ${i}`);
    if (i % 20 === 19) await clock.advance(100);
  }
  await clock.advance(6_000);
  expect(gone.session.neighbors()).toEqual([]);
  const before = { ...tap.bytes };
  tap.crossed.splice(0);
  for (const other of [first, second]) network.heal(other.endpoint, gone.endpoint);
  await clock.until(() => texts(gone).length === GAP);
  await clock.advance(20_000);

  expect(await recovered(gone)).toBeGreaterThanOrEqual(GAP);
  expect(new Set(tap.crossed.map(({ message }) => message.type).filter((type) => !KINDS.includes(type)))).toEqual(
    new Set(),
  );
  expect(tap.twoWay).toBe(0);
  // Nothing of the gap was sent or announced to the one that lacked it, nor asked for. (It has news for its own neighbors, and announces that.)
  const kinds = tap.crossed.flatMap(({ from, to, message: { type } }) =>
    (to === gone.endpoint.id && ['gossip', 'ihave'].includes(type)) || (from === gone.endpoint.id && type === 'graft')
      ? type
      : [],
  );
  expect(kinds).toEqual([]);
  const grown = Object.entries(tap.bytes).filter(([alpn, bytes]) => bytes > (before[alpn] ?? 0));
  expect(grown.map(([alpn]) => alpn).sort()).toEqual(['/grapevine/reconcile/1', GOSSIP_ALPN]);
});

async function recovered({ node }: Listener): Promise<number> {
  return (await node.snapshot()).reconciliation.recovered;
}
