import type { Endpoint } from '@grapevine/net';
import { LeafNode, type LeafOptions } from '@grapevine/net/leaf';
import { GossipApi } from '../gossip-api.js';

/**
 * Gossip on an endpoint that nobody can dial, as a browser tab's. It is `Gossip` without what members of the swarm do for others, and without
 * admission and validation: a page that takes it is smaller.
 *
 * @example
 * ```ts
 * const key = SecretKey.generate(); // or `await BrowserKey.load('chat')`, which the browser keeps
 * await using tab = LeafGossip.spawn(new WebEndpoint({ key }));
 * await using room = await tab.subscribe(topicIdFrom('my-room'), { bootstrap: ticket });
 * ```
 */
export class LeafGossip extends GossipApi implements AsyncDisposable {
  private constructor(node: LeafNode) {
    super(node);
  }

  /**
   * Starts a leaf on an endpoint. It dials by itself.
   *
   * @throws TypeError, RangeError that name the option and say what it should be; TypeError when the endpoint can be dialed
   */
  static spawn(endpoint: Endpoint, options?: LeafOptions): LeafGossip {
    return new LeafGossip(new LeafNode(endpoint, options));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.shutdown();
  }
}
