import type { Endpoint } from '@grapevine/net';
import { MemoryNetwork } from '@grapevine/net/memory';
import { afterEach, beforeEach } from 'vitest';
import { formatTicket, type GossipApi, type GossipEvent, type GossipTopic, topicIdFrom } from '../src/index.js';

export const ROOM = topicIdFrom('my-room');

/** A node of a test, and the API that uses it. */
export interface ApiNode {
  /** The node's own endpoint. */
  readonly endpoint: Endpoint;
  readonly gossip: GossipApi;
  /** Frees everything. */
  close(): Promise<void>;
}

/** A service below the API's classes. */
export interface ServiceUnderTest {
  readonly name: string;
  start(network: MemoryNetwork): Promise<ApiNode>;
  /** Whether the node is in another process, or seems to be. */
  readonly isRemote: boolean;
}

/** Nodes of a test, freed after it. */
export function useService(service: ServiceUnderTest) {
  let network: MemoryNetwork;
  let nodes: ApiNode[];
  beforeEach(() => {
    network = new MemoryNetwork();
    nodes = [];
  });
  afterEach(() => Promise.all(nodes.map((node) => node.close())));

  async function start(): Promise<ApiNode> {
    const node = await service.start(network);
    nodes.push(node);
    return node;
  }

  /** Two nodes in one room. */
  async function pair() {
    const [a, b] = [await start(), await start()];
    const hers = await a.gossip.subscribe(ROOM);
    const his = await b.gossip.subscribe(ROOM, { bootstrap: [formatTicket(a.endpoint.addr())] });
    await Promise.all([hers.joined(), his.joined()]);
    return { a, b, hers, his };
  }

  /** An endpoint that answers no dial. */
  const unanswered = (): Endpoint => network.endpoint();

  return { start, pair, unanswered };
}

export function textOf(event: GossipEvent | undefined): string | undefined {
  return event?.type === 'received' ? Buffer.from(event.content).toString() : undefined;
}

export async function nextText(topic: AsyncIterable<GossipEvent>): Promise<string> {
  for await (const event of topic) if (event.type === 'received') return Buffer.from(event.content).toString();
  throw new Error('the topic was closed');
}

export async function received(topic: AsyncIterable<GossipEvent>, count: number): Promise<string[]> {
  const texts: string[] = [];
  while (texts.length < count) texts.push(await nextText(topic));
  return texts;
}

export async function waitFor(
  topic: GossipTopic,
  wanted: (event: GossipEvent) => boolean,
): Promise<GossipEvent | undefined> {
  for await (const event of topic) if (wanted(event)) return event;
  return undefined;
}
