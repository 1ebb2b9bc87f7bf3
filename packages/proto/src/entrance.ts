import type { HardenedPlumTree } from './broadcast/hardened-plumtree.js';
import type { LeafRoom } from './membership/leaf-room.js';
import type { Membership } from './membership/membership.js';
import { RateLimit } from './membership/rate-limit.js';
import type { NodeContext } from './node-context.js';
import type { Outbox } from './outbox.js';
import type { PeerId } from './peer-id.js';
import type { Stats } from './stats.js';
import type { Message, ShuffleMessage } from './wire/message.js';

/** Membership that tells strangers from those that were asked. */
export interface WaryMembership<P extends PeerId> extends Membership<P> {
  /** Whether the application forbids a peer. */
  isExpelled(peer: P): boolean;
  /** Whether a list of nodes is expected from a peer. */
  expectsList(from: P): boolean;
  /** Whether a stranger's message is a question that any member answers. */
  isProbe(from: P, message: ShuffleMessage<P>): boolean;
}

/** What stands behind an entrance. */
interface Behind<P extends PeerId> {
  readonly swarm: WaryMembership<P>;
  readonly leaves?: LeafRoom<P>;
  readonly tree: HardenedPlumTree<P>;
}

/**
 * Who may say what in a topic. A neighbor may say everything. A stranger may ask to be let in, and may answer what we have asked; nothing else that
 * it says changes anything, and each kind is counted.
 *
 * A *former* neighbor counts as more than a stranger for as long as payloads are kept, because messages cross the end of a neighborhood: its payloads
 * are taken, and it may still ask for what it was told of.
 */
export class Entrance<P extends PeerId> {
  readonly #node: NodeContext<P>;
  readonly #out: Outbox<P>;
  readonly #swarm: WaryMembership<P>;
  readonly #leaves: LeafRoom<P> | undefined;
  readonly #tree: HardenedPlumTree<P>;
  /** How often a peer is told that it is no neighbor of ours. */
  #corrections: RateLimit<P> | undefined;

  constructor(node: NodeContext<P>, out: Outbox<P>, { swarm, leaves, tree }: Behind<P>) {
    this.#node = node;
    this.#out = out;
    this.#swarm = swarm;
    this.#leaves = leaves;
    this.#tree = tree;
  }

  /** Whether a message is to be handled. */
  admits(from: P, message: Message<P>, now: number): boolean {
    if (from === this.#node.me) return this.#ignore('selfReferences');
    if (this.#swarm.isExpelled(from)) return this.#ignore('expelledMessages');
    if (this.#swarm.active.has(from) || this.#leaves?.has(from)) return true;
    switch (message.type) {
      case 'join':
      case 'neighbor':
      case 'disconnect':
        return true;
      case 'shuffleReply':
        return this.#swarm.expectsList(from) || this.#ignore('unsolicitedShuffleReplies');
      case 'gossip':
        return this.#isExpected(from, now) || this.#correct(from, 'strangerGossip', now);
      case 'graft':
        return this.#tree.isFormerNeighbor(from, now) || this.#correct(from, 'strangerGrafts', now);
      case 'shuffle':
        return this.#swarm.isProbe(from, message) || this.#correct(from, 'strangerShuffles', now);
      case 'forwardJoin':
        return this.#correct(from, 'strangerForwardJoins', now);
      case 'prune':
        return this.#correct(from, 'strangerPrunes', now);
      case 'ihave':
        return this.#correct(from, 'strangerIHaves', now);
    }
  }

  /** Whether something of a peer's may be on its way: it was a neighbor until a moment ago, or is about to be one. */
  #isExpected(from: P, now: number): boolean {
    return this.#swarm.wants(from) || this.#tree.isFormerNeighbor(from, now);
  }

  /**
   * Ignores what only neighbors say. A peer that takes us for a neighbor, and is none of ours, keeps a place for somebody who never hears it:
   * it is told, once in a while.
   */
  #correct(from: P, kind: keyof Stats, now: number): false {
    if (!this.#isExpected(from, now)) {
      this.#corrections ??= new RateLimit(1, this.#node.config.hardened.rateWindow);
      if (this.#corrections.admit(from, now)) {
        this.#out.send(from, { type: 'disconnect', alive: true, respond: false });
        this.#out.disconnect(from);
      }
    }
    return this.#ignore(kind);
  }

  #ignore(kind: keyof Stats): false {
    this.#node.stats[kind]++;
    return false;
  }
}
