import {
  type DistantPast,
  type LossEntry,
  type MessageId,
  messageIdFromBytes,
  type TopicId,
  type WindowEntry,
} from '@grapevine/proto';
import { blake3 } from 'hash-wasm';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { resolveGossipOptions } from '../../src/gossip/options.js';
import { Reconciler } from '../../src/gossip/reconciliation/index.js';
import { SecretKey } from '../../src/identity/secret-key.js';
import type { MemoryEndpoint } from '../../src/memory/endpoint.js';
import { MemoryNetwork } from '../../src/memory/index.js';
import { Router } from '../../src/transport/router.js';
import { ManualClock } from '../support/manual-clock.js';
import { TOPIC } from '../support/swarm.js';

const OTHER_TOPIC = '22'.repeat(32) as TopicId;

let clock: ManualClock;
let network: MemoryNetwork;
let rttMs: number;
const sides: Side[] = [];

afterEach(async () => {
  for (const { reconciler } of sides) reconciler.close();
  const closing = Promise.all(sides.splice(0).map(({ endpoint }) => endpoint.close()));
  await clock.advance(30_000);
  await closing;
  expect(clock.timers).toBe(0); // nothing is left behind
});

/** A reconciler with payloads of its own in the place of a node. */
class Side {
  readonly endpoint: MemoryEndpoint;
  readonly reconciler: Reconciler;
  readonly payloads = new Map<MessageId, { readonly content: Uint8Array | undefined; readonly since: number }>();
  readonly neighbors = new Set<string>();
  readonly recovered: string[] = [];
  readonly unavailable: MessageId[] = [];
  /** Payloads that were told lost, and since when somebody has known of them. */
  readonly losses = new Map<MessageId, number>();
  /** Payloads that were here and whose time is over, and since when somebody has known of them. */
  readonly over = new Map<MessageId, number>();
  /** What was known long ago, and what of the others' was not: its ages. */
  past: DistantPast = { messages: [], reach: Number.POSITIVE_INFINITY };
  readonly missedLongAgo: number[] = [];
  compared = 0;
  readonly reported: LossEntry[] = [];
  readonly announced: string[] = [];

  constructor(seed: number) {
    this.endpoint = network.endpoint({ secretKey: SecretKey.fromBytes(Buffer.alloc(32, seed)) });
    const options = { clock, random: () => 0.5, randomBytes: (length: number) => new Uint8Array(length).fill(seed) };
    this.reconciler = new Reconciler(this.endpoint, resolveGossipOptions(options), {
      maxMessageSize: 4_096,
      isNeighbor: (_topic, peer) => this.neighbors.has(peer),
      isJoined: (topic) => topic === TOPIC,
      window: () => this.#window(),
      expired: () => [...this.over].map(([id, since]) => ({ id, age: clock.now() - since })),
      losses: () => [...this.losses].map(([id, since]) => ({ id, age: clock.now() - since })),
      seenIds: () => this.payloads.keys(),
      remoteAddr: () => undefined,
      rttMs: () => rttMs,
      isLeaf: () => false,
      recovered: (_topic, _from, { content }) => {
        this.recovered.push(Buffer.from(content).toString());
        void this.add(Buffer.from(content).toString());
      },
      unavailable: (_topic, _from, ids) => this.unavailable.push(...ids),
      lossesReported: (_topic, _from, losses) => this.reported.push(...losses),
      past: () => this.past,
      foreignPast: () => [],
      forgottenAfterMs: 60_000,
      suspects: () => [],
      missedLongAgo: (_topic, _from, unknown) => this.missedLongAgo.push(...unknown.map(({ age }) => age)),
      compared: () => {
        this.compared++;
      },
      announceCache: (_topic, peer) => this.announced.push(peer),
    });
    sides.push(this);
  }

  /** Begins to answer. */
  serve(): this {
    new Router(this.endpoint).accept('gossip', { accept: () => {}, companions: [this.reconciler] }).spawn();
    return this;
  }

  async add(...texts: readonly string[]): Promise<void> {
    for (const text of texts) {
      const id = messageIdFromBytes(Buffer.from(await blake3(text), 'hex'));
      this.payloads.set(id, { content: Buffer.from(text), since: clock.now() });
    }
  }

  drop(): void {
    for (const [id, { since }] of this.payloads) this.payloads.set(id, { content: undefined, since });
  }

  #window(): WindowEntry[] {
    return [...this.payloads].map(([id, { content, since }]) => ({ id, content, round: 1, age: clock.now() - since }));
  }
}

/** Two sides that know each other as neighbors; the first has the smaller id. */
function meet(latencyMs = 5): [Side, Side] {
  clock = new ManualClock();
  network = new MemoryNetwork({ latencyMs, clock });
  rttMs = 2 * latencyMs;
  const both = [new Side(1), new Side(2)] as [Side, Side];
  both.sort((a, b) => (a.endpoint.id < b.endpoint.id ? -1 : 1));
  const [a, b] = both;
  for (const [side, other] of [both, [b, a] as const]) {
    side.neighbors.add(other.endpoint.id);
    side.endpoint.addressLookup.add(other.endpoint.addr(), 'user');
  }
  return both;
}

function serving(latencyMs?: number): [Side, Side] {
  const [a, b] = meet(latencyMs);
  return [a.serve(), b.serve()];
}

const names = (prefix: string, count: number) => Array.from({ length: count }, (_, i) => `${prefix} ${i}`);

describe('who begins', () => {
  test('where both learn of a gap, the side with the smaller id, and there is one session', async () => {
    const [a, b] = serving();
    await a.add(...names('a', 30));
    await b.add(...names('b', 30));
    a.reconciler.reconcile(TOPIC, b.endpoint.id, 'neighborUp');
    b.reconciler.reconcile(TOPIC, a.endpoint.id, 'neighborUp');
    await clock.advance(900);
    expect(a.recovered.sort()).toEqual(names('b', 30).sort());
    expect(b.recovered.sort()).toEqual(names('a', 30).sort());
    await clock.advance(5_000);
    for (const { reconciler } of [a, b]) expect(reconciler.counters).toMatchObject({ sessions: 1, failed: 0 });
  });

  test.each([5, 200])(
    'the other side where nothing came, as soon as it would be here (%i ms away)',
    async (latencyMs) => {
      const [a, b] = serving(latencyMs);
      await b.add('only here');
      b.reconciler.reconcile(TOPIC, a.endpoint.id, 'neighborUp');
      await clock.advance(6 * latencyMs);
      expect(a.recovered).toEqual([]);
      await clock.advance(60 + 8 * latencyMs);
      expect(a.recovered).toEqual(['only here']);
    },
  );

  test.each([5, 200])(
    'nobody else, where the one end hears of it later than the other (%i ms away)',
    async (latencyMs) => {
      const [a, b] = serving(latencyMs);
      await b.add('only here');
      await a.add('only there');
      b.reconciler.reconcile(TOPIC, a.endpoint.id, 'neighborUp');
      await clock.advance(latencyMs);
      a.reconciler.reconcile(TOPIC, b.endpoint.id, 'neighborUp');
      await clock.advance(5_000);
      expect([a.recovered, b.recovered]).toEqual([['only here'], ['only there']]);
      for (const { reconciler } of [a, b]) expect(reconciler.counters).toMatchObject({ sessions: 1, failed: 0 });
      expect(network.connectionCount).toBe(1);
    },
  );

  test('both at once for reasons of their own: one gives way, and all is exchanged', async () => {
    const [a, b] = serving();
    await a.add(...names('a', 30));
    await b.add(...names('b', 30));
    a.reconciler.reconcile(TOPIC, b.endpoint.id, 'sleep');
    b.reconciler.reconcile(TOPIC, a.endpoint.id, 'overflow');
    await clock.advance(5_000);
    expect([a.recovered.length, b.recovered.length]).toEqual([30, 30]);
    for (const { reconciler } of [a, b]) expect(reconciler.counters).toMatchObject({ sessions: 1, failed: 0 });
  });

  test('what is missed while a session is under way is looked at afterwards', async () => {
    const [a, b] = serving();
    await a.add('first');
    a.reconciler.reconcile(TOPIC, b.endpoint.id, 'sleep');
    await clock.advance(12); // dialed, and the window is taken
    await a.add('second');
    a.reconciler.reconcile(TOPIC, b.endpoint.id, 'overflow');
    await clock.advance(2_000);
    expect(b.recovered).toEqual(['first', 'second']);
  });
});

describe('what is compared', () => {
  test('periodically nothing that may still be under way; after a gap everything', async () => {
    const [a, b] = serving();
    await a.add('old');
    await clock.advance(3_000);
    await a.add('young');
    a.reconciler.reconcile(TOPIC, b.endpoint.id, 'periodic');
    await clock.advance(1_000);
    expect(b.recovered).toEqual(['old']);
    a.reconciler.reconcile(TOPIC, b.endpoint.id, 'sleep');
    await clock.advance(1_000);
    expect(b.recovered).toEqual(['old', 'young']);
  });

  test('payloads that were dropped are named', async () => {
    const [a, b] = serving();
    await a.add(...names('a', 1_500));
    a.drop();
    await a.add('still here');
    a.reconciler.reconcile(TOPIC, b.endpoint.id, 'sleep');
    await clock.advance(1_000);
    expect(b.recovered).toEqual(['still here']);
    expect(b.unavailable).toEqual([...a.payloads.keys()].slice(0, 1_500));
    expect(b.reconciler.counters.unavailable).toBe(1_500);
  });

  test('losses that one side has told are told to the other, with their age, and nothing that both have told', async () => {
    const [a, b] = serving();
    await a.add(...names('a', 1_400));
    const ids = [...a.payloads.keys()];
    a.payloads.clear();
    for (const id of ids) a.losses.set(id, 0);
    for (const id of ids.slice(700)) b.losses.set(id, 0);
    await b.add('a 0'); // it has come here: it is here, and told lost there
    await clock.advance(40_000);
    b.reconciler.reconcile(TOPIC, a.endpoint.id, 'periodic');
    await clock.advance(1_000);
    expect(b.reported.map(({ id }) => id)).toEqual(ids.slice(0, 700));
    for (const { age } of b.reported) expect(age).toBeGreaterThan(40_000 - 1);
    for (const { age } of b.reported) expect(age).toBeLessThan(41_000);
    expect(a.reported).toEqual([]);
    expect(b.unavailable).toEqual([]);
    for (const { reconciler } of [a, b]) expect(reconciler.counters).toMatchObject({ failed: 0 });
  });

  test('20,000 payloads on each side pass each other without waiting for each other', async () => {
    const [a, b] = serving();
    await a.add(...names('a', 20_000));
    await b.add(...names('b', 20_000));
    a.reconciler.reconcile(TOPIC, b.endpoint.id, 'sleep');
    await clock.until(() => a.recovered.length === 20_000 && b.recovered.length === 20_000, 60_000, 50);
    expect(a.reconciler.counters.failed).toBe(0);
  });
});

describe('two neighbors that have the same', () => {
  /** A third side beside the two, a neighbor of both. */
  async function three(): Promise<[Side, Side, Side]> {
    const [a, b] = serving();
    const c = new Side(3).serve();
    for (const side of [a, b]) {
      side.neighbors.add(c.endpoint.id);
      c.neighbors.add(side.endpoint.id);
      side.endpoint.addressLookup.add(c.endpoint.addr(), 'user');
      await side.add(...names('same', 5_000));
      side.reconciler.reconcile(TOPIC, c.endpoint.id, 'sleep');
    }
    return [a, b, c];
  }

  test('send it once', async () => {
    const [, , c] = await three();
    await clock.until(() => c.reconciler.counters.sessions === 2);
    expect(c.recovered).toHaveLength(5_000);
    expect(c.reconciler.counters).toMatchObject({ recovered: 5_000, failed: 0 });
  });

  test.each([0, 1])('do not wait for each other for long, whichever stops (%i)', async (which) => {
    const [a, b, c] = await three();
    await clock.until(() => c.recovered.length > 0); // one sends, the other waits
    const stops = which === 0 ? a : b;
    network.cut(stops.endpoint, c.endpoint);
    await clock.until(() => new Set(c.recovered).size === 5_000, 12_000);
    network.heal(stops.endpoint, c.endpoint);
  });
});

describe('a peer that', () => {
  test('does not speak the protocol is told in the old way, at once from then on, until it comes back', async () => {
    const [a, b] = meet();
    a.serve();
    b.endpoint.setAlpns(['gossip']);
    for (let i = 1; i <= 3; i++) {
      a.reconciler.reconcile(TOPIC, b.endpoint.id, 'neighborUp');
      await clock.advance(1_000);
      expect(a.announced).toHaveLength(i);
    }
    expect(a.reconciler.speaks(b.endpoint.id)).toBe(false);
    a.reconciler.reconcile(TOPIC, b.endpoint.id, 'periodic');
    await clock.advance(100);
    expect(a.announced).toHaveLength(3); // that is for nobody but speakers

    await a.add('hello');
    b.serve();
    a.reconciler.connected(b.endpoint.id);
    a.reconciler.reconcile(TOPIC, b.endpoint.id, 'neighborUp');
    await clock.advance(100);
    expect(b.recovered).toEqual(['hello']);
    expect(a.reconciler.speaks(b.endpoint.id)).toBe(true);
  });

  /** How often a peer is dialed that is a neighbor for 2 ms of each 25, in a second. */
  async function comeAndGo(prepare: (peer: Side) => void) {
    const [first, second] = meet();
    const [a, b] = first.endpoint.id < second.endpoint.id ? [first, second] : [second, first]; // the smaller id dials at once
    a.serve();
    prepare(b);
    const connect = vi.spyOn(a.endpoint, 'connect');
    for (let i = 0; i < 40; i++) {
      a.neighbors.add(b.endpoint.id);
      a.reconciler.reconcile(TOPIC, b.endpoint.id, 'neighborUp');
      await clock.advance(2);
      a.neighbors.delete(b.endpoint.id);
      a.reconciler.neighborDown(TOPIC, b.endpoint.id);
      await clock.advance(23);
    }
    return { dials: connect.mock.calls.length, told: a.announced.length };
  }

  test('comes and goes, and does not speak the protocol, is dialed once, and told in the old way once a second', async () => {
    const { dials, told } = await comeAndGo((peer) => peer.endpoint.setAlpns(['gossip']));
    expect([dials, told]).toEqual([1, 1]);
  });

  test('comes and goes, and ends each connection, is dialed four times a second', async () => {
    const { dials } = await comeAndGo((peer) => {
      new Router(peer.endpoint)
        .accept('/grapevine/reconcile/1', { accept: async (connection) => connection.close(1, 'no') })
        .spawn();
    });
    expect(dials).toBeGreaterThan(1);
    expect(dials).toBeLessThanOrEqual(5);
  });

  test('is told of the past, and says which of it was never here', async () => {
    const [a, b] = serving();
    const message = (prefix: number, age: number) => ({ prefix, age, wasHere: true });
    a.past = { messages: [message(1, 100_000), message(2, 90_000)], reach: Number.POSITIVE_INFINITY };
    b.past = { messages: [message(1, 99_000)], reach: Number.POSITIVE_INFINITY };
    a.reconciler.reconcile(TOPIC, b.endpoint.id, 'neighborUp');
    await clock.advance(1_000);
    expect([a.missedLongAgo, b.missedLongAgo]).toEqual([[], [90_000]]);
    expect([a.compared, b.compared]).toEqual([1, 1]);
  });

  test('is forgotten not to speak the protocol after ten minutes', async () => {
    const [a, b] = meet();
    b.endpoint.setAlpns(['gossip']);
    a.reconciler.reconcile(TOPIC, b.endpoint.id, 'neighborUp');
    await clock.advance(100);
    await clock.advance(600_000);
    expect(a.reconciler.speaks(b.endpoint.id)).toBeUndefined();
  });

  test('fails again and again is told in the old way in the end', async () => {
    const [a, b] = meet(); // nobody accepts there
    b.endpoint.setAlpns(['/grapevine/reconcile/1']);
    await a.add('hello');
    a.reconciler.reconcile(TOPIC, b.endpoint.id, 'sleep');
    await clock.advance(60_000);
    expect(a.announced).toEqual([b.endpoint.id]);
    expect(a.reconciler.counters).toMatchObject({ sessions: 0, failed: 4 });
  });

  test('is away for a moment is tried again', async () => {
    const [a, b] = serving();
    await a.add('hello');
    network.cut(a.endpoint, b.endpoint);
    a.reconciler.reconcile(TOPIC, b.endpoint.id, 'sleep');
    await clock.advance(8_000);
    network.heal(a.endpoint, b.endpoint);
    await clock.advance(8_000);
    expect(b.recovered).toEqual(['hello']);
    expect(a.announced).toEqual([]);
  });

  test('stops in the middle is given up, and tried on a new connection', async () => {
    const [a, b] = serving();
    await a.add('hello');
    a.reconciler.reconcile(TOPIC, b.endpoint.id, 'sleep');
    await clock.advance(1_000);
    await a.add('are you there?');
    network.cut(a.endpoint, b.endpoint); // the connection stands for half a minute
    a.reconciler.reconcile(TOPIC, b.endpoint.id, 'sleep');
    await clock.advance(10_000);
    network.heal(a.endpoint, b.endpoint);
    await clock.advance(20_000);
    expect(b.recovered).toEqual(['hello', 'are you there?']);
  });

  test('is no neighbor any more is left alone', async () => {
    const [a, b] = serving();
    await b.add('hello');
    b.reconciler.reconcile(TOPIC, a.endpoint.id, 'neighborUp');
    b.neighbors.clear();
    b.reconciler.neighborDown(TOPIC, a.endpoint.id);
    await clock.advance(10_000);
    expect(a.recovered).toEqual([]);
    expect(network.connectionCount).toBe(0);
  });

  test('becomes a neighbor a moment later on the other side is waited for', async () => {
    const [a, b] = serving();
    await a.add('hello');
    b.neighbors.clear();
    a.reconciler.reconcile(TOPIC, b.endpoint.id, 'neighborUp');
    await clock.advance(1_500);
    expect(b.recovered).toEqual([]);
    b.neighbors.add(a.endpoint.id);
    b.reconciler.neighborUp(TOPIC, a.endpoint.id);
    await clock.advance(100);
    expect(b.recovered).toEqual(['hello']);
  });

  test('was a neighbor a moment ago is answered', async () => {
    const [a, b] = serving();
    await a.add('hello');
    b.neighbors.clear();
    b.reconciler.neighborDown(TOPIC, a.endpoint.id);
    a.reconciler.reconcile(TOPIC, b.endpoint.id, 'sleep');
    await clock.advance(100);
    expect(b.recovered).toEqual(['hello']);
  });

  test('is asked about a topic that it is not in answers as to a stranger, and fails in the end', async () => {
    const [a, b] = serving();
    a.reconciler.reconcile(OTHER_TOPIC, b.endpoint.id, 'sleep');
    await clock.advance(60_000);
    expect(b.reconciler.counters.sessions).toBe(0);
    expect(a.announced).toEqual([b.endpoint.id]);
  });
});
