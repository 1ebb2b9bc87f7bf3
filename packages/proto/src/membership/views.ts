import type { MembershipConfig } from '../config.js';
import type { NodeContext } from '../node-context.js';
import type { Outbox } from '../outbox.js';
import type { PeerId } from '../peer-id.js';
import { IndexSet } from '../structures/index-set.js';
import { LazyMap, LazySet } from '../structures/lazy.js';
import type { Rng } from '../structures/rng.js';
import { sameBytes } from '../structures/same-bytes.js';
import type { PeerData, PeerInfo } from '../wire/message.js';

/** The two views of a topic, and what is known about the peers in them. What changes the active view is up to the subclass. */
export abstract class Views<P extends PeerId> {
  readonly active = new IndexSet<P>();
  readonly passive = new IndexSet<P>();
  /**
   * Peers that were sent a Neighbor message and have not answered, each with the number of that request. As in the
   * reference, answering a request counts as well: otherwise two peers could go on confirming each other for ever.
   */
  readonly pending = new LazyMap<P, number>();

  protected readonly node: NodeContext<P>;
  protected readonly config: MembershipConfig;
  protected readonly rng: Rng;
  protected readonly out: Outbox<P>;
  /** What peers say about themselves, or others about them. */
  protected readonly peerData = new LazyMap<P, PeerData>();
  /** Peers that are disconnecting and stay in the swarm: their closing connection is no reason to forget them. */
  protected readonly aliveDisconnected = new LazySet<P>();

  constructor(node: NodeContext<P>, rng: Rng, out: Outbox<P>) {
    this.node = node;
    this.config = node.config.membership;
    this.rng = rng;
    this.out = out;
  }

  /** Whether this topic has any use for a link to a peer. */
  wants(peer: P): boolean {
    return this.active.has(peer) || this.pending.has(peer);
  }

  protected activeIsFull(): boolean {
    return this.active.size >= this.config.activeViewCapacity;
  }

  protected passiveIsFull(): boolean {
    return this.passive.size >= this.config.passiveViewCapacity;
  }

  /** Whether the active view could take another peer once all pending requests are answered. */
  protected hasRoom(): boolean {
    return this.active.size + this.pending.size < this.config.activeViewCapacity;
  }

  protected addPassive(peer: P, data: PeerData | undefined): void {
    this.storeData(peer, data);
    if (this.active.has(peer) || this.passive.has(peer) || peer === this.node.me) return;
    if (this.passiveIsFull()) this.makeRoomInPassive();
    this.passive.add(peer);
  }

  protected makeRoomInPassive(): void {
    this.passive.deleteRandom(this.rng);
  }

  /** Takes the nodes of a list into the passive view. */
  protected takeNodes(nodes: readonly PeerInfo<P>[], _from: P, _now: number): void {
    for (const { id, data } of nodes) this.addPassive(id, data);
  }

  protected storeData(peer: P, data: PeerData | undefined): void {
    if (data === undefined) return;
    const known = this.peerData.get(peer);
    const isNews = known === undefined || !sameBytes(known, data);
    if (!isNews) return;
    if (data.length > 0) this.out.peerData(peer, data);
    const { latestData } = this.node;
    this.node.latestData = latestData !== undefined && sameBytes(latestData, data) ? latestData : data;
    this.peerData.set(peer, this.node.latestData);
  }

  /** Nodes as they are named in messages, with the data that is known of them. */
  protected describe(ids: readonly P[]): readonly PeerInfo<P>[] {
    return ids.map((id) => ({ id, data: this.peerData.get(id) }));
  }

  /** Nodes to offer in a shuffle to a peer; its sender comes last. */
  protected offer(to: P): readonly PeerInfo<P>[] {
    const { shuffleActiveViewCount, shufflePassiveViewCount } = this.config;
    const active = this.active.shuffledWithout(to, shuffleActiveViewCount, this.rng);
    const passive = this.passive.shuffledWithout(to, shufflePassiveViewCount, this.rng);
    return [...this.describe([...active, ...passive]), { id: this.node.me, data: this.node.peerData }];
  }

  /** At most `count` nodes for a peer that can use them: passive ones, and active ones where those are too few. */
  protected sample(count: number): readonly PeerInfo<P>[] {
    const ids = this.passive.shuffled(count, this.rng);
    if (ids.length < count) ids.push(...this.active.shuffled(count - ids.length, this.rng));
    return this.describe(ids);
  }
}
