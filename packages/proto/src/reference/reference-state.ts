import { KernelState } from '../kernel-state.js';
import type { PeerId } from '../peer-id.js';
import type { StateOptions } from '../state-options.js';
import { referenceLayers } from './reference-layers.js';

/**
 * The protocol as iroh-gossip 0.101 has it, decision by decision: what `State` is with `mode: 'reference'`, in half the code. It trusts its peers and
 * reports no losses: for simulations, comparisons, and networks in which every node is trusted.
 *
 * @example
 * ```ts
 * const state = new ReferenceState({ me: 1, rng: seededRng(new Uint8Array(16)) });
 * state.config.mode; // 'reference'
 * ```
 */
export class ReferenceState<P extends PeerId> extends KernelState<P> {
  /**
   * @throws RangeError when a setting is out of range, the peer data does not fit into a message, or the mode is `hardened`, whose rules are not
   * in here. TypeError when something has the wrong type.
   */
  constructor(options: StateOptions<P>) {
    const config = options?.config;
    if (config?.mode === 'hardened') throw new RangeError("mode must be 'reference': State knows the other one");
    super(
      config?.mode === undefined ? { ...options, config: { ...config, mode: 'reference' } } : options,
      referenceLayers,
    );
  }
}
