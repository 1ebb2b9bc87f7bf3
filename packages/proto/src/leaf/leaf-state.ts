import { KernelState } from '../kernel-state.js';
import type { PeerId } from '../peer-id.js';
import type { StateOptions } from '../state-options.js';
import { leafLayers } from './leaf-layers.js';

/**
 * The protocol of a leaf: a node that dials and can't be dialed, as a browser tab. It speaks the same protocol as `State`, in less code: what a
 * member does for others is not in it.
 *
 * @example
 * ```ts
 * const tab = new LeafState({ me: 1, rng: seededRng(new Uint8Array(16)), config: { membership: { activeViewCapacity: 3 } } });
 * ```
 */
export class LeafState<P extends PeerId> extends KernelState<P> {
  /**
   * @throws RangeError when a setting is out of range, the peer data does not fit into a message, or the mode is `reference`, which knows no
   * leaves. TypeError when something has the wrong type.
   */
  constructor(options: StateOptions<P>) {
    if (options?.config?.mode === 'reference')
      throw new RangeError("mode must be 'hardened': the reference knows no leaves");
    super(options, leafLayers);
  }
}
