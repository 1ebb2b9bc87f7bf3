import type { BroadcastConfig } from '../config.js';
import type { Stats } from '../stats.js';
import { TimeBoundSet } from '../structures/time-bound-set.js';
import type { GossipMessage } from '../wire/message.js';
import type { MessageId } from '../wire/message-id.js';
import type { IdHolder, NodeBudgets } from './node-budgets.js';
import { PayloadWindow } from './payload-window.js';

interface MemoryContext {
  readonly config: { readonly broadcast: BroadcastConfig };
  readonly budgets: NodeBudgets;
  readonly stats: Pick<Stats, 'evictedPayloads'>;
}

/** What a topic remembers of payloads: all of them for a while, and their ids for longer. Within its own bounds and the node's. */
export class PayloadMemory implements IdHolder {
  /** Ids of payloads that have been here, to know duplicates. */
  readonly seen = new TimeBoundSet<MessageId>();
  /** Payloads to answer grafts with, in the round in which they are passed on. */
  readonly window: PayloadWindow;
  readonly #node: MemoryContext;
  /** Ids that the node's budget knows of. */
  #idCount = 0;

  constructor(node: MemoryContext) {
    this.#node = node;
    this.window = new PayloadWindow(node.config.broadcast, node.budgets);
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
    while (this.seen.size > messageIdMaxCount) this.forgetOldestId();
    while (ids.isExceeded) ids.overdrawn(this).forgetOldestId();
  }

  /** Whether an id is known. It stays so for as long as somebody speaks of it at least once in half of the retention. */
  renew(id: MessageId, now: number): boolean {
    const { messageIdRetention } = this.#node.config.broadcast;
    return this.seen.renew(id, now + messageIdRetention, messageIdRetention / 2);
  }

  /** Forgets what has been kept long enough. */
  expireUntil(now: number): void {
    this.window.expireUntil(now);
    this.seen.expireUntil(now);
    this.#countIds();
  }

  forgetOldestId(): void {
    const id = this.seen.dropOldest();
    if (id !== undefined && this.window.forget(id)) this.#node.stats.evictedPayloads++;
    this.#countIds();
  }

  /** The topic is dropped. */
  clear(): void {
    this.window.clear();
    this.seen.clear();
    this.#countIds();
  }

  #countIds(): void {
    const change = this.seen.size - this.#idCount;
    this.#idCount += change;
    this.#node.budgets.ids.changed(this, change);
  }
}
