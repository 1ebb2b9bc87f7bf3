import type { BroadcastConfig, Config } from '../config.js';
import type { Stats } from '../stats.js';
import { TimeBoundSet } from '../structures/time-bound-set.js';
import type { GossipMessage } from '../wire/message.js';
import type { MessageId } from '../wire/message-id.js';
import type { ExpiredPayloads } from './expired-payloads.js';
import type { FadedIds } from './faded-ids.js';
import type { IdHolder, NodeBudgets } from './node-budgets.js';
import { PayloadWindow } from './payload-window.js';
import type { LossEntry } from './told-losses.js';

interface MemoryContext {
  readonly config: Pick<Config, 'broadcast'>;
  readonly budgets: NodeBudgets;
  readonly stats: Pick<Stats, 'evictedPayloads'>;
  /** The memory of all topics that have had no payload yet. It stays empty. */
  emptyMemory?: PayloadMemory;
}

/** What is remembered of payloads and ids after their time. Handed in: the reference remembers nothing. */
export interface ExpiryMemory {
  expired(broadcast: BroadcastConfig): ExpiredPayloads;
  faded(broadcast: BroadcastConfig, now: number): FadedIds;
}

/** What a topic remembers of payloads: all of them for a while, and their ids for longer. Within its own bounds and the node's. */
export class PayloadMemory implements IdHolder {
  /** Ids of payloads that have been here, to know duplicates. */
  readonly seen = new TimeBoundSet<MessageId>();
  /** Payloads to answer grafts with, in the round in which they are passed on. */
  readonly window: PayloadWindow;
  /** Made with the first one: most topics are quiet. */
  #expired: ExpiredPayloads | undefined;
  #faded: FadedIds | undefined;
  /** Is told of payloads whose time is over, and since when nothing but their ids is known. */
  onOver: ((id: MessageId, since: number) => void) | undefined;
  /** When the bounds last had an id forgotten before its time. */
  cutAt: number | undefined;
  readonly #node: MemoryContext;
  readonly #expiry: ExpiryMemory | undefined;
  /** Ids that the node's budget knows of. */
  #idCount = 0;

  constructor(node: MemoryContext, expiry?: ExpiryMemory) {
    this.#node = node;
    this.#expiry = expiry;
    this.window = new PayloadWindow(node.config.broadcast, node.budgets);
  }

  /** Where a topic remembers something: a memory of its own. */
  get own(): PayloadMemory {
    return this === this.#node.emptyMemory ? new PayloadMemory(this.#node, this.#expiry) : this;
  }

  /** Payloads whose time was over. */
  expired(now: number): Iterable<LossEntry> {
    return this.#expired?.entries(now) ?? [];
  }

  /** Whether any payload is known, in the window or after its time. */
  get knowsAny(): boolean {
    return this.window.known > 0 || (this.#expired?.size ?? 0) > 0;
  }

  get idCount(): number {
    return this.#idCount;
  }

  /** A payload is here, in the round in which it is passed on. `age` ago somebody in the swarm had it first. */
  remember(message: GossipMessage, age: number, now: number): void {
    const { config, budgets, stats } = this.#node;
    this.see(message.id, now);
    stats.evictedPayloads += this.window.insert(message, now + config.broadcast.messageCacheRetention - age);
    const { payloads, payloadBytes } = budgets;
    while (payloads.isExceeded && payloads.overdrawn(this.window).dropOldest()) stats.evictedPayloads++;
    while (payloadBytes.isExceeded && payloadBytes.overdrawn(this.window).dropOldest()) stats.evictedPayloads++;
  }

  /** From now on an id is known. */
  see(id: MessageId, now: number): void {
    const { messageIdRetention, messageIdMaxCount } = this.#node.config.broadcast;
    const { ids } = this.#node.budgets;
    this.seen.insert(id, now + messageIdRetention);
    this.#countIds();
    while (this.seen.size > messageIdMaxCount) this.forgetOldestId(now);
    while (ids.isExceeded) ids.overdrawn(this).forgetOldestId(now);
  }

  /** Whether a payload was here or told lost, as far as is known: for longer than it counts as seen. */
  wasHere(id: MessageId): boolean {
    return this.seen.has(id) || this.#faded?.has(id) === true;
  }

  /** All ids for which {@link PayloadMemory.wasHere} is true. They may be walked through in slices. */
  *idsHere(): Generator<MessageId, void, undefined> {
    if (this.#faded !== undefined) yield* this.#faded.values();
    yield* this.seen.values();
  }

  /** Whether nothing is remembered. */
  get isEmpty(): boolean {
    return !this.knowsAny && this.seen.size === 0 && this.#faded === undefined;
  }

  /** Whether an id is known. It stays so for as long as somebody speaks of it at least once in half of the retention. */
  renew(id: MessageId, now: number): boolean {
    const { messageIdRetention } = this.#node.config.broadcast;
    return this.seen.renew(id, now + messageIdRetention, messageIdRetention / 2);
  }

  /** Forgets what has been kept long enough. */
  expireUntil(now: number): void {
    this.window.expireUntil(now, (id, expired) => this.#hasExpired(id, expired));
    this.#expired?.expireUntil(now, (id, since) => this.onOver?.(id, since));
    if (this.#expired?.size === 0) this.#expired = undefined;
    this.seen.expireUntil(now, (id) => this.#hasFaded(id, now));
    this.#faded?.expireUntil(now);
    if (this.#faded?.size === 0) this.#faded = undefined;
    this.#countIds();
  }

  forgetOldestId(now: number): void {
    const id = this.seen.dropOldest();
    this.cutAt = now;
    if (id !== undefined && this.window.forget(id)) this.#node.stats.evictedPayloads++;
    this.#expired?.limit(this.seen.size);
    this.#countIds();
  }

  /** The topic is dropped. */
  clear(): void {
    this.window.clear();
    this.seen.clear();
    this.#expired = undefined;
    this.#faded = undefined;
    this.#countIds();
  }

  #hasExpired(id: MessageId, expired: number): void {
    this.#expired ??= this.#expiry?.expired(this.#node.config.broadcast);
    this.#expired?.add(id, expired);
  }

  #hasFaded(id: MessageId, now: number): void {
    this.#faded ??= this.#expiry?.faded(this.#node.config.broadcast, now);
    this.#faded?.add(id, now);
  }

  #countIds(): void {
    const change = this.seen.size - this.#idCount;
    this.#idCount += change;
    this.#node.budgets.ids.changed(this, change);
  }
}
