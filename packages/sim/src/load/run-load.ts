import { messageIdFromBytes } from '@grapevine/proto';
import { aFunction } from '@grapevine/proto/check';
import { ChaCha12Rng } from '../chacha12-rng.js';
import { aLoad, aRule, aSeed } from '../checks.js';
import { sample, waitingTime } from '../faults/chance.js';
import { memoHash } from '../memo-hash.js';
import { Network } from '../network.js';
import { MILLISECOND, SECOND } from '../network-config.js';
import { type Traffic, trafficSince } from '../traffic.js';
import { type CompleteLoad, CRASH_AT, completeLoad, type Load, TIMED_FROM } from './load.js';
import { type Deliveries, LoadMeter } from './load-meter.js';
import { modeOf, nodesOf, type Rule } from './rules.js';

/** The result of a load under one rule with one seed. */
export interface LoadResult {
  readonly rule: Rule;
  readonly broadcasts: number;
  /** How many deliveries of all payloads were expected. This is also the least number of messages with a payload that delivers everything. */
  readonly expected: number;
  /** Deliveries that never came. */
  readonly lost: number;
  /** Messages from the first payload on. */
  readonly traffic: Traffic;
  /** Deliveries of payloads that were published when half of the duration was over, or later. */
  readonly timed: Deliveries;
  /** When the crash of nodes was noticed, in nanoseconds; `undefined` where there was none. */
  readonly noticedAt: number | undefined;
}

/** "load" */
const DOMAIN = 0x6c6f_6164n;
/** The longest pause between two joins, and the most that all joins take. */
const LONGEST_JOIN = 200 * MILLISECOND;
const ALL_JOINS = 20 * SECOND;
/** How long the run waits for views and links to settle before the first message, and for the last deliveries after the last one. */
const SETTLE = 5 * SECOND;
const DRAIN = 5 * SECOND;

/**
 * Publishes a load under a rule. Who publishes what when, and who crashes, is the same under each rule; `hardened` and
 * `flood` also have the same overlay and latencies, until nodes crash.
 *
 * @param onProgress - Called with the share that is done, from 0 to 1.
 * @throws RangeError when the load makes no sense.
 *
 * @example
 * ```ts
 * const { lost } = runLoad({ nodes: 20, pattern: { type: 'random', perSecond: 10 } }, 'hardened', 0);
 * lost; // 0
 * ```
 */
export function runLoad(
  load: Load,
  rule: Rule,
  seed: number | bigint,
  onProgress: (share: number) => void = () => {},
): LoadResult {
  aLoad('load', load);
  aRule('rule', rule);
  aSeed('seed', seed);
  aFunction('onProgress', onProgress);
  const complete = completeLoad(load);
  const swarm = new LoadedSwarm(complete, rule, seed);
  swarm.settle();
  const before = { ...swarm.network.traffic };
  const start = swarm.network.time;
  const end = start + complete.duration;
  const { crash } = complete;
  const crashAt = start + CRASH_AT * complete.duration;
  if (crash !== undefined) swarm.network.schedule(crashAt, () => swarm.crash(crash));
  let broadcasts = 0;
  for (let time = swarm.nextInstant(start); time < end; time = swarm.nextInstant(time)) {
    swarm.network.runUntil(time);
    broadcasts += swarm.publish(broadcasts);
    onProgress((time - start) / complete.duration);
  }
  swarm.network.runUntil(end + DRAIN);
  return {
    rule,
    broadcasts,
    expected: swarm.meter.expected(),
    lost: swarm.meter.lost(),
    traffic: trafficSince(before, swarm.network.traffic),
    timed: publishedFrom(swarm.meter.deliveries(), start + TIMED_FROM * complete.duration),
    noticedAt: crash && crashAt + crash.noticeAfter,
  };
}

class LoadedSwarm {
  readonly network: Network;
  readonly meter: LoadMeter;
  readonly #load: CompleteLoad;
  readonly #hash = memoHash();
  /** Draws the load. From the network's own generator nodes draw too, and that differs between rules. */
  readonly #rng: ChaCha12Rng;
  readonly #senders: number[];

  constructor(load: CompleteLoad, rule: Rule, seed: number | bigint) {
    const { network } = load;
    this.#load = load;
    this.#rng = ChaCha12Rng.seedFromU64(BigInt(seed) ^ DOMAIN);
    this.network = new Network({
      config: { ...network, proto: { ...network.proto, mode: modeOf(rule) } },
      rng: ChaCha12Rng.seedFromU64(seed),
      hash: this.#hash,
      createNode: nodesOf(rule),
    });
    this.meter = new LoadMeter(this.network);
    const nodes = Array.from({ length: load.nodes }, (_, peer) => peer);
    this.#senders = sample(this.#rng, nodes, load.senders / load.nodes);
  }

  /** All nodes join, one after the other. */
  settle(): void {
    const { nodes } = this.#load;
    const pause = Math.min(LONGEST_JOIN, Math.floor(ALL_JOINS / nodes));
    for (let peer = 0; peer < nodes; peer++) {
      this.network.insertAndJoin(peer, peer === 0 ? [] : [0]);
      this.network.runFor(pause);
    }
    this.network.runFor(SETTLE);
  }

  /** When something is published next. */
  nextInstant(after: number): number {
    const { pattern } = this.#load;
    switch (pattern.type) {
      case 'random':
        return after + waitingTime(this.#rng, pattern.perSecond);
      case 'together':
        return after + Math.round(SECOND / pattern.perSecond);
    }
  }

  /** @returns how many payloads have been published */
  publish(number: number): number {
    const senders = this.#sendersNow();
    for (const [index, sender] of senders.entries()) {
      const content = this.#payload(number + index);
      this.meter.published(messageIdFromBytes(this.#hash(content)), sender);
      this.network.enqueueCommand(sender, { type: 'broadcast', content, scope: 'swarm' });
    }
    return senders.length;
  }

  crash({ share, noticeAfter }: NonNullable<CompleteLoad['crash']>): void {
    this.network.removeAll(sample(this.#rng, this.network.members(), share), noticeAfter);
  }

  #sendersNow(): readonly number[] {
    const alive = this.#senders.filter((sender) => this.network.has(sender));
    switch (this.#load.pattern.type) {
      case 'random': {
        const sender = this.#rng.choose(alive);
        return sender === undefined ? [] : [sender];
      }
      case 'together':
        return alive;
    }
  }

  #payload(number: number): Uint8Array {
    const content = new Uint8Array(this.#load.payloadBytes);
    new DataView(content.buffer).setUint32(0, number);
    return content;
  }
}

function publishedFrom({ publishedAt, delays }: Deliveries, from: number): Deliveries {
  const isTimed = (_: number, index: number): boolean => (publishedAt[index] as number) >= from;
  return { publishedAt: publishedAt.filter(isTimed), delays: delays.filter(isTimed) };
}
