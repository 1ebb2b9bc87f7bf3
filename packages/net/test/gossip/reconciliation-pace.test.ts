import { type MessageId, messageIdFromBytes, type WindowEntry } from '@grapevine/proto';
import { blake3 } from 'hash-wasm';
import { afterEach, beforeAll, expect, test } from 'vitest';
import { resolveGossipOptions } from '../../src/gossip/options.js';
import { Reconciler } from '../../src/gossip/reconciliation/index.js';
import { SecretKey } from '../../src/identity/secret-key.js';
import { MemoryNetwork } from '../../src/memory/index.js';
import { Router } from '../../src/transport/router.js';
import type { Clock, ClockTimer } from '../../src/util/clock.js';
import { ManualClock } from '../support/manual-clock.js';
import { TOPIC } from '../support/swarm.js';

// Live traffic waits until the event loop turns. Here a turn lasts as long as the work that is done in it, which has a price for each id and each
// payload, so what a comparison and a fetch cost live messages is the same in every run. In wall and CPU time: test/reliability/fetching-beside-live.

const HISTORY = 10_000;
/** On a slow machine, in milliseconds. */
const PRICE = { id: 0.005, payload: 0.05 };
/** How long a live message takes without a fetch, and how much longer it may take beside one. */
const LIVE_MS = 5;
const LIMIT = 1.5;
/** At this interval live messages come, in milliseconds: not in step with anything. */
const EVERY_MS = 0.7;

/** A clock that work moves, and the turns of the event loop by it. */
class WorkClock implements Clock {
  readonly hand = new ManualClock();
  /** How long each live message has waited for a turn, in milliseconds. */
  readonly waits: number[] = [];
  longestTurn = 0;
  busy = 0;
  #turn = 0;
  #nextLive = 0;
  #immediate: NodeJS.Immediate | undefined;

  now(): number {
    return this.hand.now() + this.busy;
  }

  wallNow(): number {
    return this.now();
  }

  setTimer(callback: () => void, delayMs: number): ClockTimer {
    return this.hand.setTimer(callback, delayMs);
  }

  defer(callback: () => void): ClockTimer {
    return this.hand.defer(callback);
  }

  spend(ms: number): void {
    this.busy += ms;
    this.#turn += ms;
  }

  /** Live messages come from now on. */
  watch(): void {
    this.#nextLive = this.now();
    const turned = () => {
      for (const now = this.now(); this.#nextLive <= now; this.#nextLive += EVERY_MS) {
        const age = now - this.#nextLive;
        this.waits.push(age <= this.#turn ? age : 0); // while nothing is done it is taken at once
      }
      this.longestTurn = Math.max(this.longestTurn, this.#turn);
      this.#turn = 0;
      this.#immediate = setImmediate(turned);
    };
    turned();
  }

  stop(): void {
    clearImmediate(this.#immediate);
  }
}

let clock: WorkClock;
afterEach(() => clock.stop());

const history: (Pick<WindowEntry, 'id'> & { readonly content: Uint8Array })[] = [];
beforeAll(async () => {
  for (let i = 0; i < HISTORY; i++) {
    const content = Buffer.alloc(1_000);
    content.writeUInt32BE(i);
    history.push({ id: messageIdFromBytes(Buffer.from(await blake3(content), 'hex')), content });
  }
});

/** One end of a comparison. Its work has a price where it is the end that is looked at. */
function end(network: MemoryNetwork, seed: number, { payloads, isPriced }: { payloads: number; isPriced: boolean }) {
  const endpoint = network.endpoint({ secretKey: SecretKey.fromBytes(Buffer.alloc(32, seed)) });
  const options = { clock, random: () => 0.5, randomBytes: (length: number) => new Uint8Array(length).fill(seed) };
  const spend = (ms: number) => isPriced && clock.spend(ms);
  let recovered = 0;
  const has = history.slice(0, payloads);
  function* window(): Generator<WindowEntry> {
    for (const { id, content } of has) {
      spend(PRICE.id);
      const read = () => {
        spend(PRICE.payload);
        return content;
      };
      yield Object.defineProperty({ id, content, round: 1, age: 1_000 }, 'content', { get: read });
    }
  }
  function* seenIds(): Generator<MessageId> {
    for (const { id } of has) {
      spend(PRICE.id);
      yield id;
    }
  }
  const reconciler = new Reconciler(endpoint, resolveGossipOptions(options), {
    maxMessageSize: 4_096,
    isNeighbor: () => true,
    isJoined: () => true,
    window,
    expired: () => [],
    losses: () => [],
    seenIds,
    remoteAddr: () => undefined,
    rttMs: () => 10,
    isLeaf: () => false,
    recovered: () => {
      spend(PRICE.payload);
      recovered++;
    },
    unavailable: () => {},
    lossesReported: () => {},
    past: () => ({ messages: [], reach: 0 }),
    foreignPast: () => [],
    forgottenAfterMs: 60_000,
    suspects: () => [],
    missedLongAgo: () => {},
    compared: () => {},
    announceCache: () => {},
  });
  new Router(endpoint).accept('gossip', { accept: () => {}, companions: [reconciler] }).spawn();
  return { endpoint, reconciler, recovered: () => recovered };
}

test.each([
  ['who has it', { a: true, b: false }],
  ['who fetches it', { a: false, b: true }],
])(
  `beside a fetch of ${HISTORY} messages live ones take no longer (p99 within ${LIMIT}x) at the end of the one %s`,
  async (_, priced) => {
    clock = new WorkClock();
    const network = new MemoryNetwork({ latencyMs: LIVE_MS, clock: clock.hand });
    const a = end(network, 1, { payloads: HISTORY, isPriced: priced.a });
    const b = end(network, 2, { payloads: 0, isPriced: priced.b });
    for (const [from, to] of [[a, b] as const, [b, a] as const])
      from.endpoint.addressLookup.add(to.endpoint.addr(), 'user');
    clock.watch();
    a.reconciler.reconcile(TOPIC, b.endpoint.id, 'neighborUp');
    b.reconciler.reconcile(TOPIC, a.endpoint.id, 'neighborUp');
    await clock.hand.until(() => b.recovered() === HISTORY, 60_000, 1);
    const took = clock.now();
    const p99 = clock.waits.toSorted((one, other) => one - other)[Math.floor(0.99 * clock.waits.length)] ?? Number.NaN;
    expect(clock.busy).toBeGreaterThan(HISTORY * PRICE.payload);
    expect(clock.waits.length).toBeGreaterThan(1_000);
    expect(LIVE_MS + p99).toBeLessThan(LIMIT * LIVE_MS);
    expect(clock.longestTurn).toBeLessThan(LIVE_MS);
    expect(clock.busy / took).toBeLessThan(0.3);
    a.reconciler.close();
    b.reconciler.close();
    const closing = Promise.all([a.endpoint.close(), b.endpoint.close()]);
    await clock.hand.advance(30_000);
    await closing;
  },
);
