import { KernelState } from './kernel-state.js';
import type { PeerId } from './peer-id.js';
import type { StateOptions } from './state-options.js';
import { memberLayers } from './topic-layers.js';

/**
 * The protocol of a member of the swarm: see {@link KernelState}.
 *
 * @example
 * ```ts
 * const state = new State({ me: 1, rng: seededRng(new Uint8Array(16)) });
 * const topic = topicId('17'.repeat(32));
 * state.handle({ type: 'command', topic, command: { type: 'join', peers: [2] } }, 0);
 * // [{ type: 'sendMessage', to: 2, topic, message: { type: 'join', data: Uint8Array [] } },
 * //  { type: 'scheduleTimer', delay: 60_000, timer: … }]
 * ```
 */
export class State<P extends PeerId> extends KernelState<P> {
  /**
   * @throws RangeError when a setting is out of range or the peer data does not fit into a message. TypeError when
   * something has the wrong type.
   */
  constructor(options: StateOptions<P>) {
    super(options, memberLayers);
  }
}
