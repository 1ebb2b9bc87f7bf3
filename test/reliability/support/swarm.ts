import {
  Gossip,
  type GossipEvent,
  type GossipOptions,
  type GossipTopic,
  type TopicId,
  topicIdFrom,
} from '@grapevine/api';
import type { EndpointAddr, EndpointId } from '@grapevine/net';
import { Endpoint, type EndpointOptions, Router, type RouterOptions } from '@grapevine/net/quic';
import { afterEach, beforeEach } from 'vitest';
import { Ledger, type Reader } from './ledger.js';

export const TOPIC = topicIdFrom('reliability');

/** Settings of a node of a test. */
export interface NodeOptions {
  /** Its name in failures. Default: its number. */
  readonly name?: string;
  readonly endpoint?: EndpointOptions;
  readonly gossip?: GossipOptions;
  readonly router?: RouterOptions;
  /** Wraps the endpoint before the node gets it. Default: does not. */
  readonly wrap?: (endpoint: Endpoint) => Endpoint;
}

/** A neighbor that was gained or lost, and when. */
export type MembershipEvent = Extract<GossipEvent, { peer: EndpointId }> & { readonly at: number };

/** A node with a real endpoint on loopback, and its subscription to {@link TOPIC}. */
export class SwarmNode {
  readonly name: string;
  readonly endpoint: Endpoint;
  readonly gossip: Gossip;
  readonly router: Router;
  readonly reader: Reader;
  /** Neighbors gained and lost, oldest first. */
  readonly membership: MembershipEvent[] = [];
  /** Resolves when the iterator of the topic ends: with its error, or undefined. */
  ended: Promise<unknown> = Promise.resolve();
  readonly #ledger: Ledger;
  #topic: GossipTopic | undefined;

  constructor(name: string, ledger: Ledger, parts: { endpoint: Endpoint; gossip: Gossip; router: Router }) {
    this.name = name;
    this.#ledger = ledger;
    this.endpoint = parts.endpoint;
    this.gossip = parts.gossip;
    this.router = parts.router;
    this.reader = ledger.reader(name);
  }

  static async start(name: string, ledger: Ledger, options: NodeOptions): Promise<SwarmNode> {
    const endpoint = await Endpoint.bind({ address: '127.0.0.1:0', ...options.endpoint });
    const wrapped = options.wrap?.(endpoint) ?? endpoint;
    const gossip = Gossip.spawn(wrapped, options.gossip);
    const router = new Router(wrapped, options.router).accept(Gossip.ALPN, gossip).spawn();
    return new SwarmNode(name, ledger, { endpoint, gossip, router });
  }

  get id(): EndpointId {
    return this.endpoint.id;
  }

  get topic(): GossipTopic {
    if (!this.#topic) throw new Error(`${this.name} has not joined`);
    return this.#topic;
  }

  addr(): EndpointAddr {
    return this.endpoint.addr();
  }

  /** Subscribes, with a queue for every event. */
  async join(bootstrap: readonly (SwarmNode | EndpointAddr)[] = [], topic: TopicId = TOPIC): Promise<this> {
    const peers = bootstrap.map((peer) => (peer instanceof SwarmNode ? peer.addr() : peer));
    const joined = await this.gossip.subscribe(topic, { bootstrap: peers, queueCapacity: 1_000_000 });
    this.#topic = joined;
    this.ended = this.#read(joined).catch((error: unknown) => error);
    return this;
  }

  /** Publishes the next message of the ledger. @returns its number */
  publish(size?: number): Promise<number> {
    return this.#ledger.publish(this.reader, (content) => this.topic.broadcast(content), size);
  }

  neighbors(): readonly EndpointId[] {
    return this.topic.neighbors();
  }

  /** How often a neighbor was lost, for any reason or for this one. */
  downs(reason?: string): number {
    return this.membership.filter((event) => event.type === 'neighborDown' && (!reason || event.reason === reason))
      .length;
  }

  close(): Promise<void> {
    return this.router.shutdown();
  }

  async #read(topic: GossipTopic): Promise<void> {
    for await (const event of topic) {
      if (event.type === 'neighborUp' || event.type === 'neighborDown') {
        this.membership.push({ ...event, at: performance.now() });
      } else this.reader.note(event);
    }
  }
}

/** Nodes of a test, closed after it, and the ledger that accounts for their messages. */
export class Swarm {
  readonly ledger = new Ledger();
  readonly nodes: SwarmNode[] = [];

  /** A node that has joined nothing yet. */
  async start(options: NodeOptions = {}): Promise<SwarmNode> {
    const node = await SwarmNode.start(options.name ?? `node ${this.nodes.length}`, this.ledger, options);
    this.nodes.push(node);
    return node;
  }

  /** Nodes that join through the first one; resolves when all have a neighbor. */
  async grow(size: number, options: (index: number) => NodeOptions = () => ({})): Promise<SwarmNode[]> {
    const all: SwarmNode[] = [];
    for (let i = 0; i < size; i++) all.push(await (await this.start(options(i))).join(all.slice(0, 1)));
    await Promise.all(all.map(({ topic }) => topic.joined({ signal: AbortSignal.timeout(30_000) })));
    return all;
  }

  async close(): Promise<void> {
    await Promise.all(this.nodes.splice(0).map((node) => node.close()));
  }
}

/** A fresh swarm for every test of the file. */
export function useSwarm(): { readonly current: Swarm } {
  const held = { current: new Swarm() };
  beforeEach(() => {
    held.current = new Swarm();
  });
  afterEach(() => held.current.close());
  return held;
}

/** The number of parts into which the active views divide these nodes. */
export function components(nodes: readonly SwarmNode[]): number {
  const left = new Map(nodes.map((node) => [node.id, node]));
  const links = new Map<EndpointId, EndpointId[]>(nodes.map(({ id }) => [id, []]));
  for (const node of nodes) {
    for (const peer of node.neighbors()) {
      links.get(node.id)?.push(peer);
      links.get(peer)?.push(node.id);
    }
  }
  let count = 0;
  for (const { id } of nodes) {
    if (!left.has(id)) continue;
    count++;
    const open = [id];
    for (let next = open.pop(); next !== undefined; next = open.pop())
      if (left.delete(next)) open.push(...(links.get(next) ?? []));
  }
  return count;
}

/** The number of pairs in which only one node has the other as a neighbor. */
export function asymmetries(nodes: readonly SwarmNode[]): number {
  const views = new Map(nodes.map((node) => [node.id, new Set(node.neighbors())]));
  let count = 0;
  for (const node of nodes)
    for (const peer of node.neighbors()) if (views.has(peer) && !views.get(peer)?.has(node.id)) count++;
  return count;
}
