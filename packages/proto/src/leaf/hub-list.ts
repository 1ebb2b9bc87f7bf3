import { fitData } from '../membership/fit-list.js';
import type { NodeContext } from '../node-context.js';
import type { Outbox } from '../outbox.js';
import type { PeerId } from '../peer-id.js';
import { sameBytes } from '../structures/same-bytes.js';
import type { PeerData, PeerInfo } from '../wire/message.js';

/**
 * The hubs that a leaf knows, and what they say about themselves. As many as the passive view of a member holds; the oldest are forgotten. One list
 * may push out a third of them, however long it is.
 */
export class HubList<P extends PeerId> {
  readonly #node: NodeContext<P>;
  readonly #out: Outbox<P>;
  readonly #hubs = new Map<P, PeerData | undefined>();

  constructor(node: NodeContext<P>, out: Outbox<P>) {
    this.#node = node;
    this.#out = out;
  }

  /** Oldest first. */
  get peers(): readonly P[] {
    return [...this.#hubs.keys()];
  }

  /** The user has named it, or it has said so itself. */
  meet(peer: P, data?: PeerData): void {
    if (!this.#hubs.has(peer)) this.#makeRoom();
    this.#store(peer, data);
  }

  /** A hub has named others. */
  learn(nodes: readonly PeerInfo<P>[], isForbidden: (peer: P) => boolean): void {
    const { me, stats, config } = this.#node;
    const maxReplaced = Math.min(config.hardened.replacedPerList, Math.ceil(this.#limit / 3));
    let replaced = 0;
    for (const { id, data } of nodes) {
      if (id === me) stats.selfReferences++;
      else if (isForbidden(id)) continue;
      else if (this.#hubs.has(id)) this.#store(id, data);
      else if (!this.#isReachable(id, data)) continue;
      else if (this.#hubs.size < this.#limit) this.#store(id, data);
      else if (replaced < maxReplaced) {
        replaced++;
        this.#makeRoom();
        this.#store(id, data);
      } else stats.refusedReplacements++;
    }
  }

  forget(peer: P): void {
    this.#hubs.delete(peer);
  }

  get #limit(): number {
    return this.#node.config.membership.passiveViewCapacity;
  }

  /** Whether there can be such a peer, and a leaf can dial it. */
  #isReachable(peer: P, data: PeerData | undefined): boolean {
    const { isPeer, isHub, stats } = this.#node;
    if (!isPeer(peer)) {
      stats.impossiblePeers++;
      return false;
    }
    return isHub === undefined || (data !== undefined && isHub(data));
  }

  #makeRoom(): void {
    if (this.#hubs.size < this.#limit) return;
    const [oldest] = this.#hubs.keys();
    this.#hubs.delete(oldest as P);
  }

  #store(peer: P, given: PeerData | undefined): void {
    const data = fitData(this.#node, given);
    const known = this.#hubs.get(peer);
    this.#hubs.set(peer, data ?? known);
    const isNews = data !== undefined && data.length > 0 && (known === undefined || !sameBytes(known, data));
    if (isNews) this.#out.peerData(peer, data);
  }
}
