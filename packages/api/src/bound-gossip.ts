import {
  type Endpoint,
  type EndpointAddr,
  type EndpointId,
  formatRoomTicket,
  formatTicket,
  type GossipService,
  type RoomTicketText,
  type Router,
} from '@grapevine/net';
import type { TopicId } from '@grapevine/proto';
import type { Gossip } from './gossip.js';
import { GossipApi } from './gossip-api.js';

/** The three parts of a node. */
export interface NodeParts {
  readonly endpoint: Endpoint;
  readonly gossip: Gossip;
  readonly router: Router;
}

/**
 * A whole node: an endpoint, gossip on it, and the router between them, with one `shutdown()`. `Gossip.bind` makes it.
 *
 * @example
 * ```ts
 * await using node = await Gossip.bind();
 * await using topic = await node.subscribe(topicIdFrom('my-room'), { bootstrap: ticket });
 * console.log(node.roomTicket(topic.id)); // for the next one
 * ```
 */
export class BoundGossip extends GossipApi implements AsyncDisposable {
  readonly endpoint: Endpoint;
  readonly gossip: Gossip;
  readonly router: Router;

  /** @internal */
  constructor(service: GossipService, { endpoint, gossip, router }: NodeParts) {
    super(service);
    this.endpoint = endpoint;
    this.gossip = gossip;
    this.router = router;
  }

  /** Who we are. */
  get id(): EndpointId {
    return this.endpoint.id;
  }

  /** Where others reach us, as far as we know now. */
  addr(): EndpointAddr {
    return this.endpoint.addr();
  }

  /** Our address as a text that others take as `bootstrap`. */
  ticket(): string {
    return formatTicket(this.addr());
  }

  /**
   * A topic and the way to us as a text that others subscribe to.
   *
   * @throws TypeError, RangeError when the topic is no topic id
   */
  roomTicket(topic: TopicId): RoomTicketText {
    return formatRoomTicket({ topic, peers: [this.addr()] });
  }

  /** Leaves all topics, waits until peers have acknowledged it (at most 5 s by default), and closes the endpoint. Safe to call again. */
  override shutdown(): Promise<void> {
    return this.router.shutdown();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.shutdown();
  }
}
