import type { BroadcastConfig } from '../config.js';
import type { GossipMessage, IHaveEntry } from '../wire/message.js';
import type { MessageId } from '../wire/message-id.js';
import type { RootTag } from '../wire/root-tag.js';
import type { NodeBudgets, PayloadHolder } from './node-budgets.js';

/** A payload that has been here for less than the retention of payloads, as `State.window` tells it. */
export interface WindowEntry {
  readonly id: MessageId;
  /** How long ago somebody in the swarm first had it, as far as we know. In the unit of the config's durations. */
  readonly age: number;
  /** The round with which it is passed on. */
  readonly round: number;
  /** `undefined` where a bound of the cache has dropped the payload before its time. */
  readonly content: Uint8Array | undefined;
}

type WindowBudgets = Pick<NodeBudgets, 'payloads' | 'payloadBytes'>;
type WindowLimits = Pick<BroadcastConfig, 'messageCacheRetention' | 'messageCacheMaxCount' | 'messageCacheMaxBytes'>;

/** How far somebody has got in walking through a window; see {@link PayloadWindow.announce}. */
export interface WindowCursor {
  bucket: number;
  position: number;
  /** Payloads that expire later have come after the walk began. */
  readonly until: number;
}

/** What is known of a payload's first coming. */
export interface PayloadArrival {
  readonly ago: number;
  /** The round with which it was passed on. */
  readonly round: number;
  readonly tag: RootTag | undefined;
}

interface Slot {
  readonly id: MessageId;
  readonly round: number;
  readonly tag: RootTag | undefined;
  readonly expires: number;
  /** Payloads are numbered from 1, in the order in which they come. */
  readonly ordinal: number;
  /** `undefined` once dropped or replaced. */
  message: GossipMessage | undefined;
}

/** Slots that expire within the same 64th of the retention, by expiry. */
interface Bucket {
  readonly index: number;
  readonly slots: Slot[];
  /** Slots in front of this one have expired. */
  head: number;
  /** Slots in front of this one have no payload any more. */
  full: number;
}

/** Into how many buckets the retention is divided. */
const BUCKETS = 64;

/**
 * Payloads to answer grafts with, by expiry. What a bound drops before its time stays known without its content, so that a
 * neighbor that lacks it can be told that it is not here any more.
 *
 * Almost all payloads come in the order of their expiry. Those that are recovered from a neighbor have less time left and go
 * further to the front: buckets keep that cheap.
 */
export class PayloadWindow implements PayloadHolder {
  readonly #limits: WindowLimits;
  readonly #budgets: WindowBudgets;
  #slots: Map<MessageId, Slot> | undefined;
  #buckets: Bucket[] = [];
  #count = 0;
  #bytes = 0;
  #insertions = 0;

  constructor(limits: WindowLimits, budgets: WindowBudgets) {
    this.#limits = limits;
    this.#budgets = budgets;
  }

  /** Payloads that are here. */
  get size(): number {
    return this.#count;
  }

  /** The length of their contents together. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Payloads that are or were here within the retention. */
  get known(): number {
    return this.#slots?.size ?? 0;
  }

  /** How many payloads have been inserted so far. */
  get insertions(): number {
    return this.#insertions;
  }

  /** The payload, also when it has expired and {@link expireUntil} has not been called since. */
  get(id: MessageId): GossipMessage | undefined {
    return this.#slots?.get(id)?.message;
  }

  /** How long ago a payload came, and how it was passed on; `undefined` when nothing is known of it any more. */
  arrival(id: MessageId, now: number): PayloadArrival | undefined {
    const slot = this.#slots?.get(id);
    if (slot === undefined) return undefined;
    return { ago: this.#limits.messageCacheRetention - (slot.expires - now), round: slot.round, tag: slot.tag };
  }

  /** The number of a payload, counted from 1 in the order of insertion; `undefined` when nothing is known of it any more. */
  ordinal(id: MessageId): number | undefined {
    return this.#slots?.get(id)?.ordinal;
  }

  /** Inserts a payload, or extends its life. @returns how many payloads the bounds have dropped for it */
  insert(message: GossipMessage, expires: number): number {
    this.#slots ??= new Map();
    const replaced = this.#slots.get(message.id);
    if (replaced !== undefined) this.#release(replaced);
    const round = message.scope.type === 'swarm' ? message.scope.round : 0;
    const ordinal = this.#insertions + 1;
    const slot: Slot = { id: message.id, round, tag: message.tag, expires, ordinal, message };
    this.#slots.set(message.id, slot);
    this.#enqueue(slot);
    this.#changed(1, message.content.length);
    this.#insertions++;

    const { messageCacheMaxCount, messageCacheMaxBytes } = this.#limits;
    let dropped = 0;
    while ((this.#count > messageCacheMaxCount || this.#bytes > messageCacheMaxBytes) && this.dropOldest()) dropped++;
    return dropped;
  }

  /** Drops the content of the payload that expires first; false when there is none. */
  dropOldest(): boolean {
    for (const bucket of this.#buckets) {
      while (bucket.full < bucket.slots.length) {
        if (this.#release(bucket.slots[bucket.full++] as Slot)) return true;
      }
    }
    return false;
  }

  /** Forgets a payload, its id included; false when it was not here any more. */
  forget(id: MessageId): boolean {
    const slot = this.#slots?.get(id);
    if (slot === undefined) return false;
    this.#slots?.delete(id);
    return this.#release(slot);
  }

  /** Forgets everything. */
  clear(): void {
    this.#changed(-this.#count, -this.#bytes);
    this.#slots = undefined;
    this.#buckets = [];
  }

  /** Forgets all that expires at `now` or before. @param onForgotten - is told of each payload */
  expireUntil(now: number, onForgotten?: (id: MessageId, expires: number) => void): void {
    const buckets = this.#buckets;
    let spent = 0;
    for (const bucket of buckets) {
      const { slots } = bucket;
      for (; bucket.head < slots.length; bucket.head++) {
        const slot = slots[bucket.head] as Slot;
        if (slot.expires > now) break;
        this.#release(slot);
        if (this.#slots?.get(slot.id) !== slot) continue;
        this.#slots.delete(slot.id);
        onForgotten?.(slot.id, slot.expires);
      }
      if (bucket.head < slots.length) break;
      spent++;
    }
    if (spent > 0) buckets.splice(0, spent);
    if (this.known > 0) return;
    this.#slots = undefined;
    this.#buckets = [];
  }

  /**
   * All that is known, oldest first. It can be walked through in slices: it holds what there is now, and leaves out what is forgotten before
   * the walk comes to it.
   */
  entries(now: number): Iterable<WindowEntry> {
    return this.#walk(
      this.#buckets.map(({ slots, head }) => slots.slice(head)),
      now,
    );
  }

  *#walk(buckets: readonly (readonly Slot[])[], now: number): Generator<WindowEntry, void, undefined> {
    const { messageCacheRetention: retention } = this.#limits;
    for (const slots of buckets) {
      for (const slot of slots) {
        const { id, round, expires, message } = slot;
        if (expires <= now || this.#slots?.get(id) !== slot) continue;
        yield { id, age: Math.max(0, retention - (expires - now)), round, content: message?.content };
      }
    }
  }

  /** The beginning of a walk through all payloads that are here now. */
  start(now: number): WindowCursor {
    return { bucket: Number.NEGATIVE_INFINITY, position: 0, until: now + this.#limits.messageCacheRetention };
  }

  /** The announcements of a walk's next payloads, oldest first. Fewer than `limit`: the walk is at its end. */
  announce(cursor: WindowCursor, limit: number): IHaveEntry[] {
    const page: IHaveEntry[] = [];
    for (const { index, slots, head } of this.#buckets) {
      if (index < cursor.bucket) continue;
      const first = index === cursor.bucket ? Math.max(cursor.position, head) : head;
      for (let i = first; i < slots.length; i++) {
        const { id, round, tag, expires, message } = slots[i] as Slot;
        if (expires > cursor.until) return page;
        if (message === undefined) continue;
        page.push(announcementOf(id, round, tag));
        if (page.length < limit) continue;
        cursor.bucket = index;
        cursor.position = i + 1;
        return page;
      }
    }
    return page;
  }

  #enqueue(slot: Slot): void {
    const { expires } = slot;
    const index = Math.floor((expires / this.#limits.messageCacheRetention) * BUCKETS);
    const buckets = this.#buckets;
    let place = buckets.length;
    while (place > 0 && (buckets[place - 1] as Bucket).index > index) place--;
    const bucket = buckets[place - 1];
    if (bucket?.index !== index) {
      buckets.splice(place, 0, { index, slots: [slot], head: 0, full: 0 });
      return;
    }
    const { slots } = bucket;
    let at = slots.length;
    while (at > bucket.head && (slots[at - 1] as Slot).expires > expires) at--;
    if (at === slots.length) slots.push(slot);
    else slots.splice(at, 0, slot);
    bucket.full = Math.min(bucket.full, at);
  }

  #changed(count: number, bytes: number): void {
    this.#count += count;
    this.#bytes += bytes;
    this.#budgets.payloads.changed(this, count);
    this.#budgets.payloadBytes.changed(this, bytes);
  }

  /** Lets go of the content; false when it is gone already. */
  #release(slot: Slot): boolean {
    if (slot.message === undefined) return false;
    const { length } = slot.message.content;
    slot.message = undefined;
    this.#changed(-1, -length);
    return true;
  }
}

/** The announcement of a payload. Without a tag it looks as the reference's do. */
export function announcementOf(id: MessageId, round: number, tag: RootTag | undefined): IHaveEntry {
  return tag === undefined ? { id, round } : { id, round, tag };
}
