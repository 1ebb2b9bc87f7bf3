import { defaultHash, messageIdFromBytes } from '@grapevine/proto';
import { afterEach, describe, expect, test } from 'vitest';
import { encodeAddrInfo } from '../../src/address/codec.js';
import { endpointAddr } from '../../src/address/endpoint-addr.js';
import { CloseCode } from '../../src/gossip/close-code.js';
import { type DialOutcome, noMetrics } from '../../src/gossip/metrics.js';
import type { GossipOptions } from '../../src/gossip/options.js';
import { encodeFrame, encodeHeader, GOSSIP_ALPN, type NetMessage } from '../../src/gossip/wire.js';
import type { EndpointId } from '../../src/identity/endpoint-id.js';
import type { MemoryEndpoint, MemoryEndpointOptions } from '../../src/memory/endpoint.js';
import { describeClose } from '../../src/transport/close-reason.js';
import type { Connection, SendStream } from '../../src/transport/seam.js';
import { TestSwarm, TOPIC } from '../support/swarm.js';

/** Peers that complete a handshake and do what no node of ours does. */
let swarm: TestSwarm;
afterEach(() => swarm.close());

const OTHER = '22'.repeat(32) as typeof TOPIC;
const ELSEWHERE = '00'.repeat(32) as typeof TOPIC;
const FLOOD = 2_000;

function start(options: GossipOptions = {}): void {
  swarm = new TestSwarm(options);
}

async function attack(target: MemoryEndpoint, options: MemoryEndpointOptions = {}): Promise<Connection> {
  const dial = swarm.network.endpoint(options).connect(target.addr(), GOSSIP_ALPN);
  await swarm.clock.advance(20);
  return await dial;
}

async function stream(connection: Connection, topic = TOPIC): Promise<SendStream> {
  const opened = await connection.openUni();
  opened.write(encodeHeader(topic));
  return opened;
}

function say(to: SendStream, ...messages: NetMessage[]): void {
  for (const message of messages) to.write(encodeFrame(message));
}

describe('slots', () => {
  const useless: NetMessage = { type: 'prune' };

  test('strangers with messages about unknown topics keep none, however often they say something', async () => {
    start({ maxPeers: 8, idleLinkMs: 1_000 });
    const victim = await swarm.listen(swarm.add());
    const streams: SendStream[] = [];
    for (let i = 0; i < 8; i++) streams.push(await stream(await attack(victim.endpoint), ELSEWHERE));
    for (let i = 0; i < 12; i++) {
      for (const open of streams) say(open, useless);
      await swarm.clock.advance(250);
    }
    expect((await victim.node.snapshot()).sources.slots.used).toBe(0);
  });

  test('with all slots taken by strangers, our own dial and an honest newcomer get in at once', async () => {
    start({ maxPeers: 8 });
    const victim = await swarm.listen(swarm.add());
    const attacks: Connection[] = [];
    for (let i = 0; i < 8; i++) {
      attacks.push(await attack(victim.endpoint, { socketAddr: { host: '10.6.6.6', port: 1 + i } }));
      say(await stream(attacks[i] as Connection, ELSEWHERE), useless);
    }
    await swarm.clock.advance(50);
    const honest = await swarm.listen(swarm.add(), [], OTHER);
    const ours = await swarm.listen(victim, [honest], OTHER);
    const newcomer = await swarm.listen(swarm.add(), [victim]);
    await swarm.clock.advance(500);
    expect(ours.session.neighbors()).toEqual([honest.endpoint.id]);
    expect(newcomer.session.neighbors()).toEqual([victim.endpoint.id]);
    expect(await attacks[0]?.closed).toMatchObject({ code: CloseCode.tooMany });
    const { slots, refused } = (await victim.node.snapshot()).sources;
    expect(slots).toEqual({ used: 8, limit: 8 });
    expect(refused.displaced).toBe(2);
  });

  test('a dial that finds no slot fails, and says so', async () => {
    start({ maxPeers: 1 });
    const [first, second] = [await swarm.listen(swarm.add()), await swarm.listen(swarm.add(), [], OTHER)];
    const victim = await swarm.listen(swarm.add(), [first]);
    await swarm.clock.until(() => victim.session.neighbors().length === 1);
    await swarm.listen(victim, [second], OTHER);
    await swarm.clock.advance(100);
    const snapshot = await victim.node.snapshot();
    expect(snapshot.peers.find(({ id }) => id === second.endpoint.id)?.lastDialError).toContain('maxPeers');
    expect(snapshot.sources.refused.dial).toBeGreaterThan(0);
    expect(victim.session.neighbors()).toEqual([first.endpoint.id]);
  });

  test('forty honest nodes behind one address are all served, and all slots but a few are theirs', async () => {
    start({ maxPeers: 48 });
    const hub = await swarm.listen(swarm.add());
    const nodes = await Promise.all(
      Array.from({ length: 40 }, (_, i) =>
        swarm.listen(swarm.add({}, { socketAddr: { host: '192.0.2.1', port: 1 + i } }), [hub]),
      ),
    );
    await swarm.clock.until(() => nodes.every(({ session }) => session.neighbors().length > 0), 30_000, 100);
    const { refused } = (await hub.node.snapshot()).sources;
    expect(refused).toMatchObject({ slot: 0, displaced: 0, work: 0, memory: 0 });
  });
});

describe('dials', () => {
  /** A neighbor that names thousands of peers at silent addresses. */
  async function flooded(shape: (victim: EndpointId, data: Uint8Array) => NetMessage) {
    const dials: DialOutcome[] = [];
    start();
    const victim = await swarm.listen(swarm.add({ metrics: { ...noMetrics, dial: (outcome) => dials.push(outcome) } }));
    const out = await stream(await attack(victim.endpoint));
    say(out, { type: 'join', data: undefined });
    await swarm.clock.advance(20);
    expect(victim.session.neighbors()).toHaveLength(1);
    let sent = 0;
    for (let i = 0; i < FLOOD; i++) {
      const named = (i + 1).toString(16).padStart(64, '0') as EndpointId;
      const { addrs } = endpointAddr(named, { host: `172.16.${i >> 8}.${i & 255}`, port: 9 });
      const frame = encodeFrame(shape(named, encodeAddrInfo(addrs)));
      sent += frame.length;
      out.write(frame);
    }
    await swarm.clock.advance(50);
    return { victim, sent, started: () => dials.filter((outcome) => outcome === 'started').length };
  }

  test.each([
    ['forward joins', (id, data) => ({ type: 'forwardJoin', peer: { id, data }, ttl: 0 })],
    ['shuffles', (id, data) => ({ type: 'shuffle', origin: id, nodes: [{ id, data }], ttl: 0 })],
  ] satisfies [string, (id: EndpointId, data: Uint8Array) => NetMessage][])(
    'that a flood of %s wants are eight at once, and cost third parties twice its bytes and a dial in two seconds at most; a join waits for none of them',
    async (_, shape) => {
      const { victim, sent, started } = await flooded(shape);
      const { dials } = (await victim.node.snapshot()).sources;
      expect(dials.hearsay).toBeLessThanOrEqual(8);
      expect(dials.hearsayWaiting).toBeLessThanOrEqual(64);
      const honest = await swarm.listen(swarm.add(), [], OTHER);
      const ours = await swarm.listen(victim, [honest], OTHER);
      const newcomer = await swarm.listen(swarm.add(), [victim]);
      await swarm.clock.until(
        () => ours.session.neighbors().length > 0 && newcomer.session.neighbors().length > 0,
        2_000,
      );
      await swarm.clock.advance(20_000);
      expect(started() * 4_800).toBeLessThanOrEqual(2 * (sent + 2_000) + 22 * 2_400); // and a dial in two seconds
      expect(started()).toBeLessThanOrEqual(1 + (20_000 / 2_000 + 2) * 8);
    },
  );
});

describe('a host whose keys all send what the application rejects', () => {
  const OUT = '10.9.9.9';

  /** A payload that is rejected. */
  function payload(number: number): NetMessage {
    const content = Buffer.alloc(8, 0xee);
    content.writeUInt32LE(number, 4);
    return {
      type: 'gossip',
      id: messageIdFromBytes(defaultHash(content)),
      content,
      scope: { type: 'swarm', round: 1 },
    };
  }

  /** A node that has shut a host out, with the connections that it has closed. */
  async function shutOut(options: GossipOptions = {}) {
    start();
    const validate: GossipOptions['validate'] = (_topic, { content }) => (content[0] === 0xee ? 'reject' : 'accept');
    const victim = await swarm.listen(swarm.add({ validate, ...options }));
    for (let key = 0; key < 8; key++) {
      const connection = await attack(victim.endpoint, { socketAddr: { host: OUT, port: 1 + key } });
      const messages = Array.from({ length: 9 }, (_, i) => payload(100 * key + i));
      say(await stream(connection), { type: 'join', data: undefined }, ...messages);
      await swarm.clock.advance(20);
      expect(await connection.closed).toMatchObject({ code: CloseCode.rejected });
    }
    return victim;
  }

  test('is not let in with a new one, on a transport that cannot refuse handshakes; others are', async () => {
    const victim = await shutOut();
    const outcome = async (host: string) => {
      const connection = await attack(victim.endpoint, { socketAddr: { host, port: 99 } });
      const stays = swarm.clock.advance(1_000).then(() => 'stays');
      return await Promise.race([connection.closed.then(describeClose), stays]);
    };
    expect(await outcome(OUT)).toContain(`code ${CloseCode.rejected}`);
    expect(await outcome('10.9.9.8')).toBe('stays');
    expect((await victim.node.snapshot()).admission).toMatchObject({ shutOut: 8, counts: { 'shut-out': 1 } });
  });

  test('is not dialed because a neighbor names new ones; those that it names elsewhere are, and so is a peer there that the user names', async () => {
    const victim = await shutOut();
    const dialed: string[] = [];
    const connect = victim.endpoint.connect.bind(victim.endpoint);
    victim.endpoint.connect = (to, ...others) => {
      const { addrs } = typeof to === 'string' ? victim.endpoint.addressLookup.get(to) : to;
      for (const addr of addrs) if (addr.type === 'ip') dialed.push(addr.addr.host);
      return connect(to, ...others);
    };
    const out = await stream(await attack(victim.endpoint));
    say(out, { type: 'join', data: undefined });
    await swarm.clock.advance(20);
    const name = async (...hosts: string[]) => {
      const id = (made++).toString(16).padStart(64, '0') as EndpointId;
      const addrs = hosts.map((host) => ({ type: 'ip', addr: { host, port: 9 } }) as const);
      say(out, { type: 'forwardJoin', peer: { id, data: encodeAddrInfo(addrs) }, ttl: 0 });
      await swarm.clock.advance(3_000); // until it is paid for
      return dialed.splice(0);
    };
    let made = 1;
    expect([await name(OUT), await name(OUT, '10.7.7.8')]).toEqual([[], ['10.7.7.8']]);

    const honest = await swarm.listen(swarm.add({}, { socketAddr: { host: OUT, port: 77 } }), [], OTHER);
    const ours = await swarm.listen(victim, [honest], OTHER);
    await swarm.clock.until(() => ours.session.neighbors().length === 1, 2_000);
  });
});

describe('time and memory', () => {
  const joins: NetMessage = { type: 'join', data: undefined };
  const asks: NetMessage = { type: 'neighbor', priority: 'high', data: undefined };
  test.each([
    ['to be let in to', joins],
    ['to be a neighbor in', asks],
  ])('a stranger that asks %s thousands of topics that we are not in is answered in a few', async (_, message) => {
    start();
    const victim = await swarm.listen(swarm.add());
    const connection = await attack(victim.endpoint);
    let answers = 0;
    void (async () => {
      for await (const _ of connection.acceptUni()) answers++;
    })();
    for (let i = 0; i < 200; i++) {
      const asking = await stream(connection, i.toString(16).padStart(64, '0') as typeof TOPIC);
      say(asking, message);
      asking.finish();
    }
    await swarm.clock.advance(50);
    expect(answers).toBe(32);
    expect((await victim.node.snapshot()).stats.unknownTopics).toBe(200);
  });

  test('a stranger that only sends messages about unknown topics waits, and is dropped when it goes on', async () => {
    start();
    const victim = await swarm.listen(swarm.add());
    const connection = await attack(victim.endpoint);
    const out = await stream(connection, ELSEWHERE);
    let isOver = false;
    void connection.closed.then(() => {
      isOver = true;
    });
    const frames = Buffer.concat(Array.from({ length: 20_000 }, () => encodeFrame({ type: 'prune' })));
    for (let i = 0; i < 200 && !isOver; i++) {
      out.write(frames);
      await swarm.clock.advance(100);
    }
    expect(await connection.closed).toMatchObject({ code: CloseCode.overShare });
    const { sources, stats } = await victim.node.snapshot();
    expect(sources.refused.work).toBe(1);
    expect(stats.unknownTopics).toBeLessThan(600_000);
  });

  test('a megabyte of frames that are not finished ends the connection', async () => {
    start({ config: { maxMessageSize: 65_536 } });
    const victim = await swarm.listen(swarm.add());
    const connection = await attack(victim.endpoint);
    const begun = Buffer.alloc(10_004);
    begun.writeUInt32BE(60_000);
    for (let i = 0; i < 100; i++) (await stream(connection)).write(begun);
    await swarm.clock.advance(100);
    expect(await connection.closed).toMatchObject({ code: CloseCode.overShare });
    expect((await victim.node.snapshot()).sources.refused.memory).toBe(1);
  });

  test('of a thousand streams of a stranger 128 are read; those of a peer that becomes a neighbor all are', async () => {
    start();
    const victim = await swarm.listen(swarm.add());
    const stranger = await attack(victim.endpoint);
    for (let i = 0; i < 1_000; i++) say(await stream(stranger, ELSEWHERE), { type: 'prune' });
    await swarm.clock.advance(1_000);
    expect((await victim.node.snapshot()).stats.unknownTopics).toBe(128);
    const neighbor = await attack(victim.endpoint);
    say(await stream(neighbor), { type: 'join', data: undefined });
    for (let i = 0; i < 999; i++) say(await stream(neighbor, ELSEWHERE), { type: 'prune' });
    await swarm.clock.advance(1_000);
    expect((await victim.node.snapshot()).stats.unknownTopics).toBe(128 + 999);
  });
});
