import type { GossipService, GossipSnapshot } from '@grapevine/net';
import { aTopicId } from '@grapevine/net/transport';
import type { TopicId } from '@grapevine/proto';
import { aBoolean, anInteger, anything, type Checks, checkOptions } from '@grapevine/proto/check';
import { type Bootstrap, parseBootstraps } from './bootstrap.js';
import { GossipTopic } from './topic.js';

/** How to subscribe to a topic. */
export interface TopicOptions {
  /** Peers that are in the topic already: tickets, addresses or ids, one or several. None: wait for others to join through us. */
  readonly bootstrap?: Bootstrap | readonly Bootstrap[] | undefined;
  /** Events kept for a reader that lags behind. Default 2,048. */
  readonly queueCapacity?: number | undefined;
  /** Whether this subscription hears its own broadcasts, too; those of others on the same node it always hears. Default false. */
  readonly echo?: boolean | undefined;
}

const CHECKS: Checks<TopicOptions> = {
  bootstrap: anything, // checked where it is read
  queueCapacity: anInteger(1),
  echo: aBoolean,
};

/** Gossip as a program uses it, wherever the node runs. */
export class GossipApi {
  readonly #service: GossipService;

  constructor(service: GossipService) {
    this.#service = service;
  }

  /**
   * Takes part in a topic. Returns at once; {@link GossipTopic.joined} tells when somebody was found. The peers are tried for as
   * long as the topic has no neighbor.
   *
   * @throws ParseError when a bootstrap text is no ticket and no id; TypeError, RangeError that name what is wrong, before anything is
   *   done; GossipClosedError; EndpointClosedError
   */
  async subscribe(topic: TopicId, options: TopicOptions = {}): Promise<GossipTopic> {
    aTopicId('topic', topic);
    checkOptions('subscribe', options, CHECKS);
    const { bootstrap = [], ...rest } = options;
    const peers = parseBootstraps('bootstrap', bootstrap);
    return new GossipTopic(await this.#service.subscribe(topic, { ...rest, bootstrap: peers }));
  }

  /** What the node looks like right now: topics with their views and caches, peers with their connections. */
  snapshot(): Promise<GossipSnapshot> {
    return this.#service.snapshot();
  }

  /** Leaves all topics and waits until peers have acknowledged it (at most 5 s by default). */
  shutdown(): Promise<void> {
    return this.#service.shutdown();
  }
}
