import { GossipNode, Router } from '@grapevine/net';
import { type BindOptions, splitOptions } from './bind.js';
import { BoundGossip } from './bound-gossip.js';
import type { Gossip } from './gossip.js';

/** Binds an endpoint, and starts gossip and a router on it: see `Gossip.bind`. */
export async function bindGossip(options: BindOptions, gossipOn: (node: GossipNode) => Gossip): Promise<BoundGossip> {
  const { bind, isOurs, protocols, gossip: gossipOptions } = splitOptions(options);
  const endpoint = await bind();
  let node: GossipNode | undefined;
  try {
    node = new GossipNode(endpoint, gossipOptions);
    const gossip = gossipOn(node);
    const router = new Router(endpoint, { logger: options.logger }).accept(gossip.alpn, gossip);
    for (const [alpn, handler] of Object.entries(protocols)) router.accept(alpn, handler);
    return new BoundGossip(node, { endpoint, gossip, router: router.spawn() });
  } catch (error) {
    await node?.shutdown();
    if (isOurs) await endpoint.close();
    throw error;
  }
}
