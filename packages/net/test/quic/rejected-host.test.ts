import { defaultHash, messageIdFromBytes, topicIdFromBytes } from '@grapevine/proto';
import { afterEach, describe, expect, test } from 'vitest';
import { CloseCode } from '../../src/gossip/close-code.js';
import { GossipNode, type GossipOptions } from '../../src/gossip/index.js';
import type { TopicSession } from '../../src/gossip/service.js';
import { encodeFrame, encodeHeader, GOSSIP_ALPN } from '../../src/gossip/wire.js';
import type { Endpoint } from '../../src/quic/index.js';
import { describeClose } from '../../src/transport/close-reason.js';
import { Router } from '../../src/transport/router.js';
import type { Connection } from '../../src/transport/seam.js';
import { acceptOne, bind, closeAll, track, udp, until, where } from './helpers.js';
import { ping, stream } from './hostile/frames.js';
import { HostileClient } from './hostile/hostile-client.js';

/** Hosts whose peers send what the application rejects, with one key after the other, over real sockets. */

const TOPIC = topicIdFromBytes(new Uint8Array(32).fill(0x17));
/** The host that is shut out; honest peers live there, too. */
const HOST = '127.0.0.22';
/** Somebody else. */
const ELSEWHERE = '127.0.0.23';

afterEach(closeAll);

interface Member {
  readonly endpoint: Endpoint;
  readonly node: GossipNode;
  readonly session: TopicSession;
}

const rejectBad: GossipOptions = { validate: (_topic, { content }) => (content[0] === 0xee ? 'reject' : 'accept') };

async function member(host: string, bootstrap: readonly Endpoint[], options: GossipOptions = {}): Promise<Member> {
  const endpoint = await bind({ address: `${host}:0`, alpns: [] });
  const node = new GossipNode(endpoint, options);
  const router = new Router(endpoint).accept(node.alpn, node).spawn();
  track({ [Symbol.asyncDispose]: () => router.shutdown() });
  const session = await node.subscribe(TOPIC, { bootstrap: bootstrap.map((other) => other.addr()) });
  return { endpoint, node, session };
}

async function joined(host: string, bootstrap: readonly Endpoint[], options: GossipOptions = {}): Promise<Member> {
  const made = await member(host, bootstrap, options);
  await made.session.joined();
  return made;
}

/** What a newcomer is told. */
const OUT = 'code 11 (too many messages from where you are were rejected: come back later)';

/** How a connection ends, for people; the answer may come before the dial knows that its handshake is done. */
async function outcome(dial: Promise<Connection>): Promise<string> {
  try {
    return describeClose(await (await dial).closed);
  } catch (error) {
    return String(error);
  }
}

let made = 0;

/** A payload as it goes over a stream, which the victim rejects. */
function rejected(): Uint8Array {
  const content = Buffer.alloc(16, 0xee);
  content.writeUInt32LE(made++, 4);
  return encodeFrame({
    type: 'gossip',
    id: messageIdFromBytes(defaultHash(content)),
    content,
    scope: { type: 'swarm', round: 1 },
  });
}

const join = Buffer.concat([encodeHeader(TOPIC), encodeFrame({ type: 'join', data: undefined })]);

/** A new key that joins and sends messages to be rejected. @returns its connection */
async function attack(target: Endpoint, messages = 9): Promise<Connection> {
  const endpoint = await bind({ address: `${HOST}:0`, alpns: [] });
  const connection = await endpoint.connect(target.addr(), GOSSIP_ALPN);
  const sending = await connection.openUni();
  sending.write(Buffer.concat([join, ...Array.from({ length: messages }, rejected)]));
  return connection;
}

async function textOf({ session }: Member): Promise<string> {
  for (;;) {
    const { value } = await session.next();
    if (value?.type === 'received') return Buffer.from(value.content).toString();
  }
}

const say = ({ session }: Member, text: string) =>
  session.send({ type: 'broadcast', content: Buffer.from(text), scope: 'swarm', whenAlone: 'keep' });

describe('a host that comes with another key whenever one is shut out', () => {
  test('is out after eight keys: first what it sends, then its handshakes; those behind its address who are in, and whom we dial, are not', async () => {
    const victim = await member('127.0.0.1', [], rejectBad);
    const neighbor = await joined(HOST, [victim.endpoint]);
    for (let key = 0; key < 8; key++) {
      const connection = await attack(victim.endpoint);
      expect(await connection.closed).toMatchObject({ type: 'peer', code: CloseCode.rejected });
    }
    expect(await outcome(attack(victim.endpoint))).toContain(OUT); // it finishes its handshake, and the transport is told
    await expect(attack(victim.endpoint)).rejects.toMatchObject({ reason: 'refused' });

    const { admission, transport } = await victim.node.snapshot();
    expect(admission).toMatchObject({ shutOut: 8, counts: { rejected: 72, 'shut-out': 1 } });
    expect(transport?.flooder).toBeGreaterThan(0);

    await say(neighbor, 'still here'); // connected, behind the same address
    expect(await textOf(victim)).toBe('still here');
    await say(victim, 'so am I');
    expect(await textOf(neighbor)).toBe('so am I');
    const newcomer = await member(HOST, []);
    await expect(newcomer.endpoint.connect(victim.endpoint.addr(), GOSSIP_ALPN)).rejects.toMatchObject({
      reason: 'refused',
    });
    const again = await victim.node.subscribe(TOPIC, { bootstrap: [newcomer.endpoint.addr()] });
    await until(() => again.neighbors().includes(newcomer.endpoint.id)); // we dial it
    await joined(ELSEWHERE, [victim.endpoint]);
  });

  test('gets in again when enough is forgiven', async () => {
    let validated = 0;
    const validate: GossipOptions['validate'] = (_topic, { content }) => {
      if (content[0] !== 0xee) return 'accept';
      validated++;
      return 'reject';
    };
    const victim = await member('127.0.0.1', [], { validate, maxRejected: 25, maxRejectedPerSource: 1 });
    for (let key = 0; key < 2; key++) await attack(victim.endpoint, 15); // five more than a source may, each forgiven after 0.4 s
    await until(() => validated === 30);
    expect(await outcome(attack(victim.endpoint))).toContain(OUT);
    await joined(HOST, [victim.endpoint]);
  });
});

describe('a peer that forges datagrams from the address of somebody else', () => {
  test('has only its own host shut out, also when it does so before gossip sees its connection', async () => {
    const endpoint = await bind({ alpns: [GOSSIP_ALPN] });
    const node = new GossipNode(endpoint, { ...rejectBad, maxRejected: 2, maxRejectedPerSource: 1 }); // out for 10 s
    track({ [Symbol.asyncDispose]: () => node.shutdown() });
    await node.subscribe(TOPIC);
    const [hostile, accepted] = await Promise.all([
      HostileClient.connect(where(endpoint), { alpn: GOSSIP_ALPN, host: HOST }),
      acceptOne(endpoint),
    ]);
    track(hostile);
    const forged = await udp(ELSEWHERE);
    let challenged = false;
    forged.on('message', () => {
      challenged = true;
    });
    hostile.sendRaw(hostile.packet(ping()), forged);
    await until(() => challenged);
    node.accept(accepted); // as after an `admit` that took its time
    const bytes = Buffer.concat([join, ...Array.from({ length: 3 }, rejected)]);
    hostile.sendRaw(hostile.packet(stream(2, 0, bytes)), forged);
    expect(await accepted.closed).toMatchObject({ type: 'local', code: CloseCode.rejected });

    const dial = async (host: string) => {
      const other = await bind({ address: `${host}:0`, alpns: [] });
      const accepting = acceptOne(endpoint).then((connection) => node.accept(connection));
      const dialed = await other.connect(endpoint.addr(), GOSSIP_ALPN);
      await accepting;
      return dialed;
    };
    const dialed = await dial(ELSEWHERE);
    (await dialed.openUni()).write(join);
    for await (const _ of dialed.acceptUni()) break; // it is answered
    expect(await outcome(dial(HOST))).toContain(OUT);
  });
});
