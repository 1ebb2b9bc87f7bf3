import type { RootTag } from '@grapevine/proto';
import { afterEach, describe, expect, test } from 'vitest';
import { noMetrics } from '../../src/gossip/metrics.js';
import { encodeFrame, encodeHeader, GOSSIP_ALPN } from '../../src/gossip/wire.js';
import type { Connection } from '../../src/transport/seam.js';
import { type Listener, say, TestSwarm, TOPIC, texts } from '../support/swarm.js';

type Serve = Parameters<TestSwarm['add']>[2];

let swarm: TestSwarm;
let dropped: string[];
let warnings: { readonly fields: object; readonly message: string }[];
afterEach(() => swarm.close());

async function publisher(serve?: Serve): Promise<Listener> {
  dropped = [];
  warnings = [];
  const warn = (fields: object, message: string) => void warnings.push({ fields, message });
  const logger = { debug() {}, info() {}, warn, error() {} };
  swarm = new TestSwarm();
  const metrics = { ...noMetrics, dropped: (reason: string) => dropped.push(reason) };
  return swarm.listen(swarm.add({ logger, metrics }, {}, serve));
}

const downs = ({ events }: Listener) => events.filter(({ type }) => type === 'neighborDown').length;
const large = (i: number) => `${i} ${'x'.repeat(1_000)}`;

describe('a peer with a smaller limit', () => {
  const COUNT = 20;
  const smalls = Array.from({ length: COUNT }, (_, i) => `small ${i}`);
  const larges = Array.from({ length: COUNT }, (_, i) => large(i));

  /** Publishes large and small messages to a peer with a limit of 600 bytes. */
  async function publishTo(here: Listener, serve?: Serve): Promise<Listener> {
    const small = await swarm.listen(swarm.add({ config: { maxMessageSize: 600 } }, {}, serve), [here]);
    await swarm.clock.until(() => small.session.neighbors().length === 1);
    for (let i = 0; i < COUNT; i++) {
      await say(here, larges[i] as string);
      await swarm.clock.advance(1_000);
      await say(here, smalls[i] as string);
      await swarm.clock.advance(1_000);
    }
    await swarm.clock.advance(60_000);
    return small;
  }

  /** The publisher has lost one connection, knows why, and has said so once. */
  async function expectLearned(here: Listener): Promise<void> {
    expect(downs(here)).toBe(1);
    expect(dropped).toContain('over-peer-limit');
    expect((await here.node.snapshot()).peers).toMatchObject([{ maxMessageSize: 600, connections: 1 }]);
    expect(warnings).toEqual([
      {
        fields: expect.objectContaining({ theirs: 600, ours: 4096 }),
        message: expect.stringContaining('maxMessageSize'),
      },
    ]);
  }

  test('costs one connection; then what does not fit comes once each by reconciliation', async () => {
    const here = await publisher();
    const small = await publishTo(here);
    expect(texts(small).toSorted()).toEqual([...smalls, ...larges].toSorted());
    expect(small.events.map(({ type }) => type)).not.toContain('lagged');
    await expectLearned(here);
  });

  test('gets what is said behind a message that does not fit, also from one that leaves at once', async () => {
    const here = await publisher();
    const small = await swarm.listen(swarm.add({ config: { maxMessageSize: 600 } }, {}), [here]);
    await swarm.clock.until(() => small.session.neighbors().length === 1);
    for (let i = 0; i < COUNT; i++) {
      await say(here, larges[i] as string);
      await say(here, smalls[i] as string);
    }
    const leaving = here.router.shutdown();
    await swarm.clock.advance(10_000);
    await leaving;
    expect(texts(small).toSorted()).toEqual(smalls.toSorted());
  });

  test('has what does not fit within two seconds: its only source may die after that', async () => {
    const here = await publisher();
    const small = await publishTo(here);
    await swarm.clock.advance(8_000); // between two comparisons that come anyway
    for (let i = COUNT; i < COUNT + 5; i++) await say(here, large(i));
    await swarm.clock.until(() => texts(small).includes(large(COUNT + 4)), 2_000);
    swarm.network.cut(here.endpoint, small.endpoint);
    await swarm.clock.advance(60_000);
    expect(texts(small)).toHaveLength(2 * COUNT + 5);
  });

  test('and that does not reconcile costs one connection; then what does not fit is not sent, and our side counts it', async () => {
    const serve: Serve = (router, node) =>
      router.accept(node.alpn, { accept: (connection) => node.accept(connection) });
    const here = await publisher(serve);
    const small = await publishTo(here, serve);
    expect(texts(small)).toEqual(smalls);
    // Announcements would do harm: a peer dismisses a neighbor that announces what it does not send.
    expect(dropped.filter((reason) => reason === 'over-peer-limit').length).toBeGreaterThanOrEqual(COUNT - 1);
    await expectLearned(here);
  });

  test('is not told by other neighbors of what does not fit: it would ask them in vain, and dismiss them', async () => {
    const here = await publisher();
    const refused: string[] = [];
    const metrics = { ...noMetrics, dropped: (reason: string) => refused.push(reason) };
    const other = await swarm.listen(swarm.add({ metrics }), [here]);
    const small = await swarm.listen(swarm.add({ config: { maxMessageSize: 600 } }), [here]);
    const all = [here, other, small];
    const isWhole = () => all.every(({ session }) => session.neighbors().length === 2);
    for (const from of [here, other]) {
      await swarm.clock.until(isWhole, 20_000);
      await say(from, large(100 + all.indexOf(from)));
      await swarm.clock.advance(100);
    }
    await swarm.clock.until(isWhole, 20_000);
    for (const text of smalls) {
      await say(here, text); // the tree settles: the other one announces
      await swarm.clock.advance(400);
    }
    const before = all.map(downs);
    refused.length = 0;
    for (const text of larges) {
      await say(here, text);
      await swarm.clock.advance(400);
    }
    await swarm.clock.advance(40_000);
    expect(refused).toEqual([]);
    expect(all.map(downs)).toEqual(before);
    expect(texts(small)).toEqual(expect.arrayContaining(larges));
  });

  test('is known when it comes back, and asked again after ten minutes', async () => {
    const here = await publisher();
    const small = await swarm.listen(swarm.add({ config: { maxMessageSize: 600 } }), [here]);
    await swarm.clock.until(() => small.session.neighbors().length === 1);
    await say(here, large(0));
    await swarm.clock.advance(5_000);
    const [{ maxMessageSize } = { maxMessageSize: 0 }] = (await here.node.snapshot()).peers;
    expect(maxMessageSize).toBe(600);
    await swarm.clock.advance(600_000);
    expect((await here.node.snapshot()).peers).toMatchObject([{ maxMessageSize: undefined }]);
  });
});

// A Rust peer reads no more of a stream with a message over its limit: it stops the stream with code 0, and the connection lives.
describe('a Rust peer with a smaller limit', () => {
  async function joinAsRust(here: Listener): Promise<Connection> {
    const rust = swarm.network.endpoint({ alpns: [GOSSIP_ALPN] });
    const dial = rust.connect(here.endpoint.addr(), GOSSIP_ALPN);
    await swarm.clock.advance(20);
    const connection = await dial;
    const stream = await connection.openUni();
    stream.write(Buffer.concat([encodeHeader(TOPIC), encodeFrame({ type: 'join', data: undefined })]));
    await swarm.clock.until(() => here.session.neighbors().includes(rust.id));
    return connection;
  }

  test('is believed to take less than the largest message on the stream that it stopped', async () => {
    const here = await publisher();
    const rust = await joinAsRust(here);
    await say(here, large(0));
    await swarm.clock.advance(50);
    for await (const stream of rust.acceptUni()) {
      stream.stop(0);
      break;
    }
    await swarm.clock.advance(100);
    const length = encodeFrame({
      type: 'gossip',
      id: 'x'.repeat(16) as never,
      content: Buffer.from(large(0)),
      scope: { type: 'swarm', round: 0 },
      tag: 0 as RootTag,
    }).length;
    expect(warnings).toMatchObject([{ fields: { theirs: length - 4 - 1 } }]);
  });

  test('that ends its connection has said nothing about limits', async () => {
    const here = await publisher();
    const rust = await joinAsRust(here);
    await say(here, large(0));
    await swarm.clock.advance(50);
    for await (const stream of rust.acceptUni()) {
      stream.stop(0);
      break;
    }
    rust.close(0, 'shutting down');
    await swarm.clock.advance(100);
    expect(warnings).toEqual([]);
  });
});
