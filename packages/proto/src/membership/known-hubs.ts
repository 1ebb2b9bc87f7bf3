import type { NodeContext } from '../node-context.js';
import type { PeerId } from '../peer-id.js';
import { LazyMap } from '../structures/lazy.js';
import type { PeerData, PeerInfo } from '../wire/message.js';
import type { HardenedHyParView } from './hardened-hyparview.js';

/** Hubs remembered besides those in the views; the oldest are forgotten. A leaf needs a few, and in a large swarm few members may be hubs. */
const MAX_REMEMBERED = 16;

/** Members that a leaf can dial: the answers to what leaves ask. */
export class KnownHubs<P extends PeerId> {
  readonly #node: NodeContext<P>;
  readonly #swarm: HardenedHyParView<P>;
  readonly #remembered = new LazyMap<P, PeerData>();

  constructor(node: NodeContext<P>, swarm: HardenedHyParView<P>) {
    this.#node = node;
    this.#swarm = swarm;
  }

  /** Somebody has said how a peer is reached. */
  learn(peer: P, data: PeerData): void {
    const { isHub, leaves } = this.#node;
    this.#remembered.delete(peer); // it becomes the newest, or is forgotten
    if (leaves.has(peer) || isHub?.(data) !== true) return;
    if (this.#remembered.size >= MAX_REMEMBERED) this.#remembered.delete(this.#remembered.oldest as P);
    this.#remembered.set(peer, data);
  }

  /** It could not be reached, or must not be named. */
  forget(peer: P): void {
    this.#remembered.delete(peer);
  }

  /** At most `count` hubs: neighbors first, then passive peers, then those that are only remembered. */
  sample(count: number): readonly PeerInfo<P>[] {
    const { isHub } = this.#node;
    const known = this.#swarm.everybody();
    const hubs = isHub === undefined ? known : known.filter(({ data }) => data !== undefined && isHub(data));
    const listed = new Set(hubs.map(({ id }) => id));
    const more = [...this.#remembered].flatMap(([id, data]) => (listed.has(id) ? [] : [{ id, data }]));
    return this.#swarm.fit([...hubs, ...more].slice(0, Math.max(0, count)));
  }
}
