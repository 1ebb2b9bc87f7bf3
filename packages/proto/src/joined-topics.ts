import { betterOrigin, type PeerOrigin } from './membership/origin.js';
import type { NodeContext } from './node-context.js';
import { Outbox } from './outbox.js';
import type { PeerId } from './peer-id.js';
import type { Rng } from './structures/rng.js';
import { Topic } from './topic.js';
import type { LayersOf } from './topic-layers.js';
import type { TopicId } from './wire/topic-id.js';

/**
 * The topics that a node has joined, and which of them use the link to a peer: it is closed only when all have let go. (The reference
 * closes it for all as soon as one lets go.)
 */
export class JoinedTopics<P extends PeerId> implements Iterable<Topic<P>> {
  readonly #node: NodeContext<P>;
  readonly #rng: Rng;
  readonly #layersOf: LayersOf;
  readonly #topics = new Map<TopicId, Topic<P>>();
  /** The topic that was found last: most events come in a row for one topic. */
  #recentId: TopicId | undefined;
  #recent: Topic<P> | undefined;
  #generations = 0;

  constructor(node: NodeContext<P>, rng: Rng, layersOf: LayersOf) {
    this.#node = node;
    this.#rng = rng;
    this.#layersOf = layersOf;
  }

  get size(): number {
    return this.#topics.size;
  }

  ids(): Iterable<TopicId> {
    return this.#topics.keys();
  }

  [Symbol.iterator](): Iterator<Topic<P>> {
    return this.#topics.values();
  }

  get(id: TopicId): Topic<P> | undefined {
    return this.#topics.get(id);
  }

  /** The topic that an event is for. One that is for none is counted. */
  find(id: TopicId): Topic<P> | undefined {
    if (id === this.#recentId) return this.#recent;
    const topic = this.#topics.get(id);
    if (topic === undefined) {
      this.#node.stats.unknownTopics++;
      return undefined;
    }
    this.#recentId = id;
    this.#recent = topic;
    return topic;
  }

  findOrCreate(id: TopicId): Topic<P> {
    const known = this.#topics.get(id);
    if (known !== undefined) return known;
    const generation = ++this.#generations;
    const outbox = new Outbox<P>(this.#node, id, generation, this.#release);
    const topic = new Topic(this.#layersOf(this.#node, this.#rng.fork(), outbox), generation, outbox);
    this.#topics.set(id, topic);
    return topic;
  }

  /** @returns peers whose links no topic uses any more */
  drop(id: TopicId, topic: Topic<P>): P[] {
    topic.release();
    this.#topics.delete(id);
    this.#recentId = undefined;
    this.#recent = undefined;
    return [...topic.links].filter((peer) => !this.#isUsed(peer));
  }

  /** How a peer has come to be known. */
  origin(peer: P): PeerOrigin<P> {
    let best: PeerOrigin<P> = { trust: 'hearsay' };
    for (const topic of this) {
      best = betterOrigin(best, topic.origin(peer));
      if (best.trust === 'user') break;
    }
    return best;
  }

  /** Whether the link to a peer that a topic has no use for can be closed. */
  isFree(peer: P, topic: TopicId): boolean {
    return !this.#isUsed(peer) && !this.#isTakenOver(peer, topic);
  }

  /** A link is gone. */
  forgetLink(peer: P): void {
    for (const topic of this) topic.links.delete(peer);
  }

  /** A topic lets go of a peer; true when no topic needs the link any more. */
  readonly #release = (peer: P, id: TopicId): boolean => {
    if (this.#topics.get(id)?.links.delete(peer) !== true) return false;
    return this.#topics.size === 1 || this.isFree(peer, id);
  };

  #isUsed(peer: P): boolean {
    for (const topic of this) if (topic.links.has(peer)) return true;
    return false;
  }

  /** Another topic may have asked this peer for something and not heard from it yet: it takes the link over. */
  #isTakenOver(peer: P, from: TopicId): boolean {
    for (const [id, topic] of this.#topics) {
      if (id === from || !topic.wants(peer)) continue;
      topic.links.add(peer);
      return true;
    }
    return false;
  }
}
