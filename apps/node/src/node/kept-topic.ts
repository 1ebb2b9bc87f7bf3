import type { Gossip, GossipTopic, TopicId } from '@grapevine/api';
import type { Endpoint, EndpointAddr, EndpointId } from '@grapevine/net';
import type { PeerFile } from './peer-file.js';

/** What a topic of the node's own needs of it. */
export interface TopicHost {
  readonly gossip: Gossip;
  readonly endpoint: Endpoint;
  readonly peers: PeerFile;
}

/** A topic that the node takes part in by itself, without anybody who listens: it passes messages on and remembers neighbors. */
export class KeptTopic {
  readonly id: TopicId;
  /** Whether there is anybody to look for. */
  #hasPeers: boolean;
  readonly #topic: GossipTopic;

  private constructor(topic: GossipTopic, hasPeers: boolean) {
    this.id = topic.id;
    this.#hasPeers = hasPeers;
    this.#topic = topic;
  }

  static async enter(
    { gossip, endpoint, peers }: TopicHost,
    id: TopicId,
    join: readonly (EndpointAddr | string)[],
  ): Promise<KeptTopic> {
    const bootstrap = [...join, ...peers.of(id)];
    const topic = await gossip.subscribe(id, { bootstrap });
    void remember(topic, endpoint, peers).catch(() => {}); // the endpoint is gone: the node ends
    return new KeptTopic(topic, bootstrap.length > 0);
  }

  /** Whether the node has a neighbor in the topic, or knows of nobody to look for. */
  get isReady(): boolean {
    return !this.#hasPeers || this.#topic.neighbors().length > 0;
  }

  /** More peers are in it. */
  async join(peers: readonly EndpointAddr[]): Promise<void> {
    if (peers.length === 0) return;
    this.#hasPeers = true;
    await this.#topic.joinPeers(peers);
  }

  leave(): void {
    this.#topic.close();
  }
}

/**
 * Where a neighbor has been connected. Some transports do not say: then where the user has said that it is, since it was reached by that.
 * Other addresses that the user, or anybody else, has told of it prove nothing.
 */
function addrOf(peer: EndpointId, { addressLookup }: Endpoint): EndpointAddr {
  const proven = addressLookup.get(peer, { sources: ['proven'] });
  return proven.addrs.length > 0 ? proven : addressLookup.get(peer, { sources: ['user'] });
}

/** Reads a topic to its end and notes who becomes a neighbor. Ends when the topic is closed. */
async function remember(topic: GossipTopic, endpoint: Endpoint, peers: PeerFile): Promise<void> {
  for await (const event of topic) {
    switch (event.type) {
      case 'neighborUp':
        peers.remember(topic.id, [addrOf(event.peer, endpoint)]);
        peers.saveSoon();
        break;
      case 'neighborDown':
      case 'received':
      case 'lagged':
        break;
    }
  }
}
