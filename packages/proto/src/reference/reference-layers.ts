import { PlumTree } from '../broadcast/plumtree.js';
import { ReferenceMissing } from '../broadcast/reference-missing.js';
import { HyParView } from '../membership/hyparview.js';
import type { NodeContext } from '../node-context.js';
import type { Outbox } from '../outbox.js';
import type { PeerId } from '../peer-id.js';
import type { Rng } from '../structures/rng.js';
import type { LayersOf } from '../topic-layers.js';

/** The layers of mode `reference`: HyParView and PlumTree as the papers and the Rust crate have them. Everybody may say everything. */
export const referenceLayers: LayersOf = <P extends PeerId>(node: NodeContext<P>, rng: Rng, out: Outbox<P>) => ({
  swarm: new HyParView<P>(node, rng, out),
  tree: new PlumTree<P>(node, out, new ReferenceMissing(node.config.broadcast)),
});
