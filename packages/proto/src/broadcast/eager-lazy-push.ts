import type { BroadcastConfig } from '../config.js';
import type { NodeContext } from '../node-context.js';
import type { Outbox } from '../outbox.js';
import type { PeerId } from '../peer-id.js';
import { SortedSet } from '../structures/sorted-set.js';
import type { Timer } from '../timer.js';
import { ihaveChunks } from '../wire/ihave-chunks.js';
import type { GossipMessage, IHaveEntry } from '../wire/message.js';
import type { MessageId } from '../wire/message-id.js';
import { AnnouncementQueue } from './announcement-queue.js';
import { BeyondReference } from './beyond-reference.js';
import type { MissingPayloads } from './missing-payloads.js';

export const DISPATCH = { type: 'dispatchLazyPush' } as const;

/**
 * The sending half of {@link PlumTree}: payloads go to *eager* neighbors at once, and their ids to *lazy* ones a little later, many in a
 * message.
 */
export abstract class EagerLazyPush<P extends PeerId> extends BeyondReference<P> {
  readonly eager = new SortedSet<P>();
  readonly lazy = new SortedSet<P>();
  readonly missing: MissingPayloads<P>;

  protected readonly node: NodeContext<P>;
  protected readonly config: BroadcastConfig;
  protected readonly out: Outbox<P>;
  /** Announcements that wait for the dispatch timer. */
  readonly lazyQueue = new AnnouncementQueue<P>();
  #dispatchTimer: Timer<P> | undefined;
  #dispatching = false;

  constructor(node: NodeContext<P>, out: Outbox<P>, missing: MissingPayloads<P>) {
    super();
    this.node = node;
    this.config = node.config.broadcast;
    this.out = out;
    this.missing = missing;
  }

  dispatchTimerExpired(_now: number): void {
    for (const { peer, entries } of this.lazyQueue.takeAll()) this.announce(peer, entries);
    this.#dispatching = false;
  }

  /** The neighbors that get our own payloads, sorted; the others get announcements. */
  receivers(): readonly P[] {
    return this.eager.values;
  }

  /** The neighbors that get payloads of anybody, sorted. */
  branches(): readonly P[] {
    return this.eager.values;
  }

  /** The neighbors that get announcements only, sorted. */
  others(): readonly P[] {
    return this.lazy.values;
  }

  protected makeEager(peer: P): void {
    this.lazy.delete(peer);
    this.eager.add(peer);
  }

  protected makeLazy(peer: P): void {
    this.eager.delete(peer);
    this.lazy.add(peer);
  }

  /** Sends a payload to all eager neighbors except one and those that have announced it. */
  protected pushEager(message: GossipMessage, except: P): void {
    const { me } = this.node;
    for (const peer of this.eager.values) {
      if (peer !== except && peer !== me && !this.missing.isHeldBy(message.id, peer)) this.out.send(peer, message);
    }
  }

  /** Queues an announcement to all lazy neighbors except one and those that have announced the payload. */
  protected pushLazy(id: MessageId, round: number, except: P, now: number): void {
    if (this.lazy.size > 0) {
      const entry: IHaveEntry = { id, round };
      for (const peer of this.lazy.values) {
        if (peer !== except && !this.missing.isHeldBy(id, peer)) this.lazyQueue.add(peer, entry);
      }
    }
    this.startDispatching(now);
  }

  protected startDispatching(_now: number): void {
    if (this.#dispatching) return;
    this.#dispatching = true;
    this.#dispatchTimer ??= this.out.timer(DISPATCH);
    this.out.schedule(this.config.dispatchTimeout, this.#dispatchTimer);
  }

  /** Sends announcements, as many to a message as fit. */
  protected announce(peer: P, entries: readonly IHaveEntry[]): void {
    for (const messages of ihaveChunks(entries, this.node.config.maxMessageSize)) {
      this.out.send(peer, { type: 'ihave', messages });
    }
  }
}
