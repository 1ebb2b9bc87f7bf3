import type { NodeContext } from '../../node-context.js';
import type { Outbox } from '../../outbox.js';
import type { PeerId } from '../../peer-id.js';
import type { Rng } from '../../structures/rng.js';
import { fitsFrameWithTag } from '../../wire/max-payload.js';
import type { GossipMessage, GraftMessage, IHaveEntry } from '../../wire/message.js';
import type { RootTag, Tagged } from '../../wire/root-tag.js';
import type { ActiveNeighbors } from '../active-neighbors.js';
import type { AnnouncementDispatch } from '../announcement-dispatch.js';
import type { AnnouncementQueue } from '../announcement-queue.js';
import type { Announcement } from '../missing-payloads.js';
import { announcementOf, type PayloadArrival } from '../payload-window.js';
import type { PersistentMissing } from '../persistent-missing.js';
import { Activity } from './activity.js';
import { OwnTree } from './own-tree.js';
import { RootedTrees, type Surroundings } from './rooted-trees.js';
import type { Tree } from './tree.js';

/** Shares of the wait for a graft: by how much another neighbor must be earlier to become the parent, and by how much an announcer. */
const ADVANTAGE = 1 / 8;
const ANNOUNCER_ADVANTAGE = 1 / 16;
/**
 * A guest's payload comes by way of the tree's publisher, and may be later than its announcement by this share of the wait for a graft for
 * each hop to it.
 */
const DETOUR = 1 / 4;
/** In all it is waited for no longer than so many waits: rounds may be lies. */
const LONGEST_WAIT = 4;
/** Where time matters, a payload may be later than its announcement by this share of the wait for a graft: 20 ms. */
const SHORT_PATIENCE = 1 / 4;
/** For how many waits for a graft a payload may be under way after its sender was told to send no more: 2 s. */
const UNDER_WAY = 25;

/** What payloads with a tag share with those that have none. */
interface RootedContext<P extends PeerId> {
  readonly node: NodeContext<P>;
  readonly rng: Rng;
  readonly out: Outbox<P>;
  readonly neighbors: ActiveNeighbors<P>;
  readonly missing: Pick<PersistentMissing<P>, 'askedFor' | 'isHeldBy'>;
  readonly queue: AnnouncementQueue<P>;
  readonly dispatch: AnnouncementDispatch<P>;
}

/**
 * Payloads that carry a tag, along the trees of their publishers. Where there is no such tree, or a neighbor knows
 * no tags, the caller turns to the shared tree.
 */
export class RootedBroadcast<P extends PeerId> {
  readonly #context: RootedContext<P>;
  readonly #activity: Activity;
  /** Both are made when they are needed: most topics are quiet, most of the time. */
  #rootedTrees: RootedTrees<P> | undefined;
  #ownTree: OwnTree | undefined;

  constructor(context: RootedContext<P>) {
    this.#context = context;
    this.#activity = new Activity(context.node.config.broadcast.graftTimeout1);
  }

  neighborUp(peer: P, now: number): void {
    if (!this.#activity.wantsSpeed(now)) this.#rootedTrees?.leaveOut(peer);
  }

  neighborDown(peer: P, now: number): void {
    this.#activity.departure(now);
    this.#rootedTrees?.neighborDown(peer, this.#surroundings(now), now);
  }

  expire(now: number): void {
    this.#rootedTrees?.expire(now);
  }

  /** The topic has come to rest. */
  rest(): void {
    this.#rootedTrees?.rest();
  }

  /** A payload of anybody is here. */
  count(now: number): void {
    this.#activity.payload(now);
  }

  /** The neighbors that get our own payloads, sorted. */
  receivers(): readonly P[] {
    const tag = this.#ownTree?.tag;
    const tree = tag === undefined ? undefined : this.#trees.get(tag);
    return this.#context.neighbors.values.filter((peer) =>
      tree === undefined ? this.#trees.carriesNew(peer) : this.#trees.carriesTo(tree, peer),
    );
  }

  /** The tree of our own, as payloads name it: without a tag, there is none yet. */
  get ownTree(): Tagged | undefined {
    return this.#ownTree;
  }

  /** Whether payloads of some tree that is in use go to a neighbor. */
  isBranch(neighbor: P): boolean {
    return this.#trees.isBranch(neighbor);
  }

  /** Gives a payload of our own a tree, unless the tag does not fit. */
  tagged(message: GossipMessage, now: number): GossipMessage {
    const { node, rng } = this.#context;
    if (!fitsFrameWithTag(node.config, message.content.length)) return message;
    return {
      ...message,
      ...this.#own.choose(
        { isBusy: this.#activity.isBusy(now), host: () => this.#trees.host(this.#activity.isRestless(now), now), rng },
        now,
      ),
    };
  }

  /** Leaves a payload of others in its tree, unless the tag does not fit. */
  stillTagged(message: GossipMessage, { tag, guest }: Pick<GossipMessage, 'tag' | 'guest'>): GossipMessage {
    if (tag === undefined) return message;
    const { node } = this.#context;
    if (!fitsFrameWithTag(node.config, message.content.length)) {
      node.stats.droppedTags++;
      return message;
    }
    // Written out: a spread that adds members takes 5 µs and 700 bytes, on the way of each payload.
    const { type, id, content, scope } = message;
    return { type, id, content, scope, tag, guest };
  }

  /** The tree for a payload that is new here; `undefined`: the shared one. */
  treeFor({ tag }: Tagged, now: number): Tree<P> | undefined {
    return tag === undefined ? undefined : this.#trees.use(tag, now);
  }

  /** Whether payloads of a tree go to any neighbor. */
  reachesAnybody(tree: Tree<P>): boolean {
    return this.#context.neighbors.values.some((peer) => this.#trees.carriesTo(tree, peer));
  }

  /** Takes a link into the tree of a payload; false where there is none, and where the neighbor knows the shared tree only. */
  takeIn({ tag }: Tagged, peer: P): boolean {
    const tree = tag === undefined ? undefined : this.#trees.get(tag);
    return tag !== undefined && tree !== undefined && this.#trees.takeIn(tag, tree, peer);
  }

  /** Sends a payload of our own along a tree. */
  publish(message: GossipMessage, tree: Tree<P>, now: number): void {
    if (message.guest !== true) tree.isOurs = true;
    this.#push(tree, message, 0, this.#context.node.me, now);
  }

  /** Passes on a payload of others that is new. */
  forward(message: GossipMessage, tree: Tree<P>, { from, round }: { from: P; round: number }, now: number): void {
    this.#push(tree, message, round, from, now);
    const { neighbors, missing } = this.#context;
    const { id, tag, guest } = message;
    if (tag === undefined || !neighbors.has(from)) return;
    this.#trees.heardTag(from);
    this.#trees.arrived({ tag, guest, round, asked: missing.askedFor(id) }, tree, from, now);
  }

  /** A payload came once more. @param known - what is known of its first coming @returns false where there is no tree for it */
  duplicate(from: P, { tag, guest, scope }: GossipMessage, known: PayloadArrival | undefined, now: number): boolean {
    if (tag === undefined || scope.type !== 'swarm') return false;
    this.#trees.heardTag(from);
    const tree = this.#trees.get(tag);
    if (tree === undefined) return false;
    const { round } = scope;
    if (known?.tag === tag) {
      this.#trees.duplicate(tree, from, { tag, guest, round, ours: known.round, lateBy: known.ago }, now);
    } else if (from !== tree.parent) {
      // What has expired, or came along another tree, says nothing about a parent.
      this.#trees.duplicate(tree, from, { tag, guest, round, ours: Number.POSITIVE_INFINITY, lateBy: 0 }, now);
    }
    return true;
  }

  /**
   * A payload came from a neighbor after another had announced it. In a calm topic a guest's says nothing: announcers are on its way to the
   * publisher, and a tree that followed each guest would grow long for all others.
   *
   * @returns false where there is no tree for it
   */
  optimize(from: P, { tag }: Tagged, earliest: Announcement<P>, now: number): boolean {
    const tree = tag === undefined ? undefined : this.#trees.get(tag);
    if (tag === undefined || tree === undefined) return false;
    const isMuchEarlier = now - earliest.time >= ANNOUNCER_ADVANTAGE * this.#graftTimeout;
    if (tree.parent === from && isMuchEarlier && !this.#takesDetours(tree, now))
      this.#trees.replaceParent(tag, tree, earliest.peer, now);
    return true;
  }

  /** A neighbor takes its link out of a tree. @returns false where there is none */
  prunedBy(from: P, { tag }: Tagged, now: number): boolean {
    if (tag === undefined) return false;
    this.#trees.heardTag(from);
    return this.#trees.prunedBy(from, tag, this.#surroundings(now), now);
  }

  /** A neighbor takes its link into a tree. @returns false where there is none */
  graftedBy(from: P, { tag, id }: GraftMessage, now: number): boolean {
    if (tag === undefined) return false;
    this.#trees.heardTag(from);
    return this.#trees.graftedBy(from, tag, id === undefined ? 'all' : 'one payload', this.#surroundings(now));
  }

  /** A neighbor has announced payloads. */
  announcedBy(from: P, entries: readonly IHaveEntry[]): void {
    if (entries.some(({ tag }) => tag !== undefined)) this.#trees.heardTag(from);
  }

  /** Takes the link to a neighbor that is asked for a payload into its tree. */
  askedOf(peer: P, tag: RootTag): void {
    this.#trees.get(tag)?.graft(peer);
  }

  /** How long an announced payload may be under way. Where a tree does not reach us, nobody will send its payloads unasked. */
  waitFor({ tag }: Tagged, now: number): number | undefined {
    if (tag === undefined) return undefined;
    const tree = this.#trees.get(tag);
    if (tree?.reachesUs !== true) return this.#context.node.config.broadcast.dispatchTimeout;
    if (this.#takesDetours(tree, now)) return Math.min(1 + DETOUR * tree.distance, LONGEST_WAIT) * this.#graftTimeout;
    return (this.#activity.wantsSpeed(now) ? SHORT_PATIENCE : 1) * this.#graftTimeout;
  }

  /** Whether payloads come along a whole tree, and not from its publisher. */
  #takesDetours({ guest }: Tree<P>, now: number): boolean {
    return guest === true && this.#activity.isCalm(now);
  }

  /** Sends a payload along its tree, and queues announcements to all other neighbors. */
  #push(tree: Tree<P>, message: GossipMessage, round: number, except: P, now: number): void {
    const { out, neighbors, missing, queue, dispatch } = this.#context;
    const { id, tag } = message;
    const announcement = announcementOf(id, round, tag);
    for (const peer of neighbors.values) {
      if (peer === except || missing.isHeldBy(id, peer)) continue;
      if (this.#trees.carriesTo(tree, peer)) out.send(peer, message);
      else queue.add(peer, announcement);
    }
    dispatch.inTime(now);
  }

  get #graftTimeout(): number {
    return this.#context.node.config.broadcast.graftTimeout1;
  }

  get #trees(): RootedTrees<P> {
    if (this.#rootedTrees === undefined) {
      const { node, neighbors, out } = this.#context;
      const waits = { advantage: ADVANTAGE * this.#graftTimeout, underWay: UNDER_WAY * this.#graftTimeout };
      this.#rootedTrees = new RootedTrees(node.config.hardened, waits, neighbors, out);
    }
    return this.#rootedTrees;
  }

  get #own(): OwnTree {
    this.#ownTree ??= new OwnTree(this.#context.node.config.hardened.treeRetention);
    return this.#ownTree;
  }

  #surroundings(now: number): Surroundings<P> {
    return { neighbors: this.#context.neighbors.values, wantsSpeed: this.#activity.wantsSpeed(now) };
  }
}
