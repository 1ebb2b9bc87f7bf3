import {
  type GossipService,
  type GossipSnapshot,
  looksLikeRoomTicket,
  parseRoomTicket,
  type RoomTicket,
  type RoomTicketText,
} from '@grapevine/net';
import { aRoomTicket } from '@grapevine/net/transport';
import type { TopicId } from '@grapevine/proto';
import { aBoolean, anInteger, anything, type Checks, checkOptions, describe } from '@grapevine/proto/check';
import { type Bootstrap, parseBootstraps } from './bootstrap.js';
import { GossipTopic } from './topic.js';

/** How to subscribe to a topic. */
export interface TopicOptions {
  /** Peers that are in the topic already: tickets, addresses or ids, one or several. None: wait for others to join through us. */
  readonly bootstrap?: Bootstrap | readonly Bootstrap[] | undefined;
  /** Events kept for a reader that lags behind. Default 2,048. */
  readonly queueCapacity?: number | undefined;
  /** Whether this subscription gets its own broadcasts, too. It always gets those of other subscriptions on the same node. Default false. */
  readonly echo?: boolean | undefined;
}

const CHECKS: Checks<TopicOptions> = {
  bootstrap: anything, // checked where it is read
  queueCapacity: anInteger(1),
  echo: aBoolean,
};

/** The API of a gossip node, whether it runs in this process or behind remote control. */
export class GossipApi {
  readonly #service: GossipService;

  constructor(service: GossipService) {
    this.#service = service;
  }

  /**
   * Takes part in a topic. Returns at once; {@link GossipTopic.joined} tells when a neighbor was found. The peers are tried for as
   * long as the topic has no neighbor.
   *
   * @param topic an id, or a room ticket, whose peers come before those of `bootstrap`
   * @throws ParseError when a room ticket is damaged, or a bootstrap text is neither a ticket nor an id; TypeError, RangeError that name what
   *   is wrong, before anything is done; GossipClosedError; EndpointClosedError
   */
  async subscribe(topic: TopicId | RoomTicket | RoomTicketText, options: TopicOptions = {}): Promise<GossipTopic> {
    const room = roomOf(topic);
    checkOptions('subscribe', options, CHECKS);
    const { bootstrap = [], ...rest } = options;
    const peers = [...room.peers, ...parseBootstraps('bootstrap', bootstrap)];
    return new GossipTopic(await this.#service.subscribe(room.topic, { ...rest, bootstrap: peers }));
  }

  /** What the node looks like right now: topics with their views and caches, peers with their connections. */
  snapshot(): Promise<GossipSnapshot> {
    return this.#service.snapshot();
  }

  /**
   * Leaves all topics and waits until peers have acknowledged it (at most 5 s by default). The endpoint stays open, for other protocols: it
   * keeps the process alive until it is closed, by the router's `shutdown()` say, or its own `close()`.
   */
  shutdown(): Promise<void> {
    return this.#service.shutdown();
  }
}

/** @throws ParseError, TypeError, RangeError */
function roomOf(topic: TopicId | RoomTicket | RoomTicketText): RoomTicket {
  if (typeof topic === 'object' && topic !== null && 'peers' in topic) {
    aRoomTicket('topic', topic);
    return topic;
  }
  if (typeof topic === 'string' && looksLikeRoomTicket(topic)) return parseRoomTicket(topic);
  if (typeof topic === 'string' && /^[0-9a-f]{64}$/.test(topic)) return { topic, peers: [] };
  const expected = 'a TopicId (64 lower-case hex digits; topicIdFrom(text) makes one) or a room ticket ("room…")';
  const message = `topic must be ${expected}, got ${describe(topic)}`;
  throw typeof topic === 'string' ? new RangeError(message) : new TypeError(message);
}
