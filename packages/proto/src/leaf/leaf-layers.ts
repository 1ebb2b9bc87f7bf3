import { HardenedPlumTree } from '../broadcast/hardened-plumtree.js';
import { PersistentMissing } from '../broadcast/persistent-missing.js';
import { Entrance } from '../entrance.js';
import type { NodeContext } from '../node-context.js';
import type { Outbox } from '../outbox.js';
import type { PeerId } from '../peer-id.js';
import type { Rng } from '../structures/rng.js';
import type { LayersOf } from '../topic-layers.js';
import { HubView } from './hub-view.js';

/** The layers of a leaf: it has hubs in place of a view of the swarm, and in the broadcast trees it is a neighbor like any other. */
export const leafLayers: LayersOf = <P extends PeerId>(node: NodeContext<P>, rng: Rng, out: Outbox<P>) => {
  const swarm = new HubView<P>(node, rng, out);
  const tree = new HardenedPlumTree<P>(node, rng, out, new PersistentMissing(node));
  return { swarm, tree, entrance: new Entrance(node, out, { swarm, tree }) };
};
