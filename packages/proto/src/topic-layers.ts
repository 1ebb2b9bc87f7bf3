import { HardenedPlumTree } from './broadcast/hardened-plumtree.js';
import { PersistentMissing } from './broadcast/persistent-missing.js';
import type { PlumTree } from './broadcast/plumtree.js';
import { Entrance } from './entrance.js';
import { HardenedHyParView } from './membership/hardened-hyparview.js';
import { LeafRoom } from './membership/leaf-room.js';
import type { Membership } from './membership/membership.js';
import type { NodeContext } from './node-context.js';
import type { Outbox } from './outbox.js';
import type { PeerId } from './peer-id.js';
import { referenceLayers } from './reference/reference-layers.js';
import type { Rng } from './structures/rng.js';

/** What a topic is made of. */
export interface TopicLayers<P extends PeerId> {
  /** Finds neighbors. */
  readonly swarm: Membership<P>;
  /** Leaves among the neighbors; left out where the topic takes none. */
  readonly leaves?: LeafRoom<P>;
  /** Brings payloads to them. */
  readonly tree: PlumTree<P>;
  /** Who may say what; left out where everybody may say everything. */
  readonly entrance?: Entrance<P>;
}

/** Makes the layers of a topic. Handed in, so that a program has only what it uses. */
export type LayersOf = <P extends PeerId>(node: NodeContext<P>, rng: Rng, out: Outbox<P>) => TopicLayers<P>;

/** The layers of a member of the swarm, in the mode that its settings name. */
export const memberLayers: LayersOf = <P extends PeerId>(node: NodeContext<P>, rng: Rng, out: Outbox<P>) => {
  switch (node.config.mode) {
    case 'reference':
      return referenceLayers(node, rng, out);
    case 'hardened': {
      const swarm = new HardenedHyParView<P>(node, rng, out);
      const tree = new HardenedPlumTree<P>(node, rng, out, new PersistentMissing(node));
      swarm.judge = tree;
      const leaves = new LeafRoom<P>(node, out, swarm);
      return { swarm, leaves, tree, entrance: new Entrance(node, out, { swarm, leaves, tree }) };
    }
  }
};
