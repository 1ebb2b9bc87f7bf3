import { seededRng, type TopicId, topicIdFromBytes } from '@grapevine/proto';
import { vi } from 'vitest';
import { GossipNode, type GossipOptions } from '../../src/gossip/index.js';
import { LeafNode } from '../../src/gossip/leaf/index.js';
import type { GossipEvent, TopicSession } from '../../src/gossip/service.js';
import { SecretKey } from '../../src/identity/secret-key.js';
import type { MemoryEndpoint, MemoryEndpointOptions } from '../../src/memory/endpoint.js';
import { MemoryNetwork, type MemoryNetworkOptions } from '../../src/memory/index.js';
import { Router } from '../../src/transport/router.js';
import { ManualClock } from './manual-clock.js';

/** A topic for tests. */
export const TOPIC: TopicId = topicIdFromBytes(new Uint8Array(32).fill(0x17));

/** A node of a test swarm. */
export interface Member {
  readonly index: number;
  readonly endpoint: MemoryEndpoint;
  readonly node: GossipNode;
  readonly router: Router;
}

/** A member with a subscription whose events are recorded. */
export interface Listener extends Member {
  readonly session: TopicSession;
  readonly events: GossipEvent[];
}

/** A leaf with a subscription whose events are recorded. */
export interface Tab {
  readonly endpoint: MemoryEndpoint;
  readonly node: LeafNode;
  readonly session: TopicSession;
  readonly events: GossipEvent[];
}

/** A swarm in memory and in virtual time, the same from run to run. */
export class TestSwarm {
  readonly clock = new ManualClock();
  readonly network: MemoryNetwork;
  readonly members: Member[] = [];
  readonly #options: GossipOptions;
  readonly #tabs: LeafNode[] = [];

  constructor(options: GossipOptions = {}, network: MemoryNetworkOptions = {}) {
    this.network = new MemoryNetwork({ latencyMs: 5, clock: this.clock, ...network });
    this.#options = options;
  }

  /** A new node. Its key, random numbers and jitter follow from its index. */
  add(
    options: GossipOptions = {},
    endpointOptions: MemoryEndpointOptions = {},
    serve = (router: Router, node: GossipNode) => router.accept(node.alpn, node),
  ): Member {
    const index = this.members.length + 1;
    const seed = Buffer.alloc(32, 1);
    seed.writeUInt32LE(index);
    const endpoint = this.network.endpoint({ secretKey: SecretKey.fromBytes(seed), ...endpointOptions });
    const node = new GossipNode(endpoint, {
      clock: this.clock,
      rng: seededRng(seed),
      random: () => 0.5,
      randomBytes: (length) => new Uint8Array(length).fill(index),
      ...this.#options,
      ...options,
    });
    const router = serve(new Router(endpoint), node).spawn();
    const member = { index, endpoint, node, router };
    this.members.push(member);
    return member;
  }

  /**
   * A leaf as a browser tab is one: it dials these hubs, nobody can dial it, and its transport does not know whether a hub answers. It has joined when
   * this resolves.
   */
  async tab(hubs: readonly Member[], topic = TOPIC): Promise<Tab> {
    const seed = Buffer.alloc(32, 2);
    seed.writeUInt32LE(this.#tabs.length);
    const endpoint = this.network.endpoint({ secretKey: SecretKey.fromBytes(seed), isLeaf: true });
    const connect = endpoint.connect.bind(endpoint);
    const blind = { probe: undefined, onUnresponsive: undefined };
    endpoint.connect = async (...args) => Object.assign(await connect(...args), blind as unknown as object);
    const options = { clock: this.clock, rng: seededRng(seed), random: () => 0.5, ...this.#options };
    const node = new LeafNode(endpoint, {
      ...options,
      randomBytes: (length) => new Uint8Array(length).fill(seed[0] ?? 0),
    });
    this.#tabs.push(node);
    const session = await node.subscribe(topic, { bootstrap: hubs.map((hub) => hub.endpoint.addr()) });
    const tab = { endpoint, node, session, events: record(session) };
    await vi.dynamicImportSettled(); // of what compares histories
    await this.clock.until(() => session.neighbors().length > 0);
    return tab;
  }

  /** Subscribes a member, and records its events. */
  async listen(member: Member, bootstrap: readonly Member[] = [], topic = TOPIC): Promise<Listener> {
    const session = await member.node.subscribe(topic, { bootstrap: bootstrap.map(({ endpoint }) => endpoint.addr()) });
    return { ...member, session, events: record(session) };
  }

  /** A swarm of listeners that joined through the first one and have settled. */
  async grow(size: number): Promise<Listener[]> {
    const first = await this.listen(this.add());
    const others: Listener[] = [];
    for (let i = 1; i < size; i++) others.push(await this.listen(this.add(), [first]));
    const all = [first, ...others];
    await this.clock.until(() => all.every(({ session }) => session.neighbors().length > 0));
    await this.clock.advance(1_000);
    return all;
  }

  async close(): Promise<void> {
    const closing = Promise.all([
      ...this.members.map(({ router }) => router.shutdown()),
      ...this.#tabs.map((tab) => tab.shutdown()),
    ]);
    await this.clock.advance(20_000);
    await closing;
  }
}

/** Records the events of a session as they come, until an error. */
export function record(session: TopicSession): GossipEvent[] {
  const events: GossipEvent[] = [];
  void (async () => {
    for (let next = await session.next(); !next.done; next = await session.next()) events.push(next.value);
  })().catch(() => {}); // the endpoint was closed
  return events;
}

/** The contents that a listener received, as texts. */
export function texts(listener: Pick<Listener, 'events'>): string[] {
  return listener.events.flatMap((event) => (event.type === 'received' ? [Buffer.from(event.content).toString()] : []));
}

/** Broadcasts a text. Fails the test when the node refuses it. */
export function say(listener: Pick<Listener, 'session'>, text: string): Promise<void> {
  return listener.session.send({ type: 'broadcast', content: Buffer.from(text), scope: 'swarm', whenAlone: 'keep' });
}
