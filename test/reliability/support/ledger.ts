import { setTimeout } from 'node:timers/promises';
import type { GossipEvent } from '@grapevine/api';
import { Patience } from './patience.js';

/** A reader's account that does not balance. */
export interface Imbalance {
  readonly reader: string;
  /** Messages of others that it should know. */
  readonly published: number;
  readonly delivered: number;
  /** How many it was told that it misses, by reason. */
  readonly told: Readonly<Record<string, number>>;
  /** Messages that it received more than once. */
  readonly twice: number;
  readonly firstMissing: number | undefined;
}

/**
 * The accounts of a test: which reader published which message, and what became of it at every other. An account balances when each
 * message was either delivered once or counted by a `lagged` event.
 */
export class Ledger {
  readonly #authors: (Reader | undefined)[] = [];
  readonly #readers: Reader[] = [];

  /** How many messages were entered so far; the number of the next one. */
  get count(): number {
    return this.#authors.length;
  }

  /** A reader that is to know every message of others from now on. */
  reader(name: string): Reader {
    const reader = new Reader(name, this.count);
    this.#readers.push(reader);
    return reader;
  }

  /** Enters messages before they are published. @returns the number of the first */
  enter(author: Reader, count = 1): number {
    const first = this.count;
    for (let i = 0; i < count; i++) this.#authors.push(author);
    return first;
  }

  /** Takes back a message that was entered, because the node refused it: no reader is to know it. */
  withdraw(number: number): void {
    this.#authors[number] = undefined;
  }

  /** Publishes one message. @returns its number @throws what `broadcast` throws; then the message does not count */
  async publish(author: Reader, broadcast: (content: Uint8Array) => Promise<void>, size = 64): Promise<number> {
    const number = this.enter(author);
    try {
      await broadcast(contentOf(number, size));
    } catch (error) {
      this.withdraw(number);
      throw error;
    }
    return number;
  }

  /** Waits until all accounts balance. @returns those that do not after `timeoutMs` */
  async imbalances(timeoutMs: number): Promise<Imbalance[]> {
    const patience = new Patience(timeoutMs);
    for (;;) {
      const began = performance.now();
      const found = this.#readers.flatMap((reader) => this.#check(reader) ?? []);
      if (found.length === 0 || patience.isOver) return found;
      await setTimeout(20 + 5 * (performance.now() - began)); // so that looking does not slow the nodes down
    }
  }

  /** What all readers together were told that they miss, by reason. */
  told(): Record<string, number> {
    const sum: Record<string, number> = {};
    for (const { told } of this.#readers)
      for (const [reason, count] of Object.entries(told)) sum[reason] = (sum[reason] ?? 0) + count;
    return sum;
  }

  /** How many messages all readers together were told that they miss. */
  toldInAll(): number {
    return Object.values(this.told()).reduce((sum, count) => sum + count, 0);
  }

  /** Deliveries to all readers together. */
  deliveries(): number {
    return this.#readers.reduce((sum, { received }) => sum + received, 0);
  }

  #check(reader: Reader): Imbalance | undefined {
    let published = 0;
    let delivered = 0;
    let twice = 0;
    let firstMissing: number | undefined;
    for (const [number, author] of this.#authors.entries()) {
      const times = reader.times(number);
      if (times > 1) twice++;
      if (author === undefined || author === reader || !reader.expects(number)) continue;
      published++;
      if (times > 0) delivered++;
      else firstMissing ??= number;
    }
    const told = Object.values(reader.told).reduce((sum, count) => sum + count, 0);
    const missing = published - delivered;
    // A reader that need not know every message may be told of the others, too.
    const balanced = reader.isComplete ? missing === told : missing <= told;
    if (balanced && twice === 0) return undefined;
    return { reader: reader.name, published, delivered, told: { ...reader.told }, twice, firstMissing };
  }
}

/** One subscriber's side of a {@link Ledger}. */
export class Reader {
  readonly name: string;
  readonly told: Record<string, number> = {};
  /** Messages received, those that came twice included. */
  received = 0;
  /** Called with each message that was received. */
  onReceived: ((number: number, content: Uint8Array) => void) | undefined;
  #times = new Uint8Array(1024);
  readonly #excused: { readonly from: number; readonly to: number }[] = [];

  constructor(name: string, from: number) {
    this.name = name;
    if (from > 0) this.excuse(0, from);
  }

  /** Whether this reader is to know every message of the test. */
  get isComplete(): boolean {
    return this.#excused.length === 0;
  }

  /** This reader need not know the messages from `from` up to, and without, `to`. */
  excuse(from: number, to: number): void {
    this.#excused.push({ from, to });
  }

  expects(number: number): boolean {
    return !this.#excused.some(({ from, to }) => number >= from && number < to);
  }

  /** How often a message came. */
  times(number: number): number {
    return this.#times[number] ?? 0;
  }

  has(number: number): boolean {
    return this.times(number) > 0;
  }

  /** Enters an event of the subscription. */
  note(event: GossipEvent): void {
    if (event.type === 'lagged') this.tell(event.reason, event.missed);
    if (event.type === 'received') this.receive(numberOf(event.content), event.content);
  }

  tell(reason: string, missed: number): void {
    this.told[reason] = (this.told[reason] ?? 0) + missed;
  }

  receive(number: number, content: Uint8Array = new Uint8Array()): void {
    if (number >= this.#times.length) {
      const grown = new Uint8Array(Math.max(number + 1, 2 * this.#times.length));
      grown.set(this.#times);
      this.#times = grown;
    }
    this.#times[number] = Math.min(255, this.times(number) + 1);
    this.received++;
    this.onReceived?.(number, content);
  }
}

/** The content of a message: its number, and bytes that follow from it. */
export function contentOf(number: number, size: number): Uint8Array {
  const content = Buffer.alloc(Math.max(4, size), number & 255);
  content.writeUInt32BE(number);
  return content;
}

/** The number of the message with this content. */
export function numberOf(content: Uint8Array): number {
  return new DataView(content.buffer, content.byteOffset, content.byteLength).getUint32(0);
}
