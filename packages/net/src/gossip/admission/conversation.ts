import type { InEvent, TopicId } from '@grapevine/proto';
import type { EndpointId } from '../../identity/endpoint-id.js';
import type { Outcome } from '../validation/message-policy.js';
import type { NetMessage } from '../wire.js';

/** Something that a peer has sent in a topic. */
export type Arrival = InEvent<EndpointId> & { readonly type: 'recvMessage' | 'recovered' };

/** Something that has arrived and waits. */
export interface Held {
  readonly arrival: Arrival;
  /** What it counts for while it waits. */
  readonly bytes: number;
  /** Whether it has been asked about. */
  asked: boolean;
  outcome: Outcome | undefined;
}

/** Messages to a peer that wait until it is decided about: those that begin a membership, and a few more. */
const MAX_OUTBOUND = 16;

/** What a message costs besides its content while it waits, in bytes: roughly. */
const ENTRY_BYTES = 256;

/** One peer in one topic: whether it is allowed, and what waits for that, in order. */
export class Conversation {
  readonly topic: TopicId;
  readonly peer: EndpointId;
  state: 'undecided' | 'deciding' | 'allowed' | 'refused' = 'undecided';
  /** The number of the current question: answers to earlier ones no longer count. */
  question = 0;
  /** Who is behind the peer, once something has come of it. */
  source: string | undefined;
  /** Validations under way. */
  running = 0;
  /** Whether something was dropped: reconciliation finds out what, once all that waits is done. */
  hasGap = false;
  #inbound: Held[] = [];
  #head = 0;
  #outbound: NetMessage[] = [];
  #bytes = 0;

  constructor(topic: TopicId, peer: EndpointId) {
    this.topic = topic;
    this.peer = peer;
  }

  /** Bytes that wait. */
  get bytes(): number {
    return this.#bytes;
  }

  get isEmpty(): boolean {
    return this.#head === this.#inbound.length;
  }

  get first(): Held | undefined {
    return this.#inbound[this.#head];
  }

  /** The oldest of those that wait, as many as there are up to a number. */
  oldest(count: number): readonly Held[] {
    return this.#inbound.slice(this.#head, this.#head + count);
  }

  push(held: Held): void {
    this.#inbound.push(held);
    this.#bytes += held.bytes;
  }

  shift(): void {
    const held = this.#inbound[this.#head++];
    if (held) this.#bytes -= held.bytes;
    if (this.#head < this.#inbound.length && this.#head < 256) return;
    this.#inbound = this.#inbound.slice(this.#head);
    this.#head = 0;
  }

  /** @returns whether there was room */
  pushOutbound(message: NetMessage): boolean {
    if (this.#outbound.length >= MAX_OUTBOUND) return false;
    this.#outbound.push(message);
    return true;
  }

  takeOutbound(): readonly NetMessage[] {
    return this.#outbound.splice(0);
  }

  /** Drops what has arrived. @returns what it was */
  clear(): readonly Held[] {
    const held = this.#inbound.slice(this.#head);
    this.#inbound = [];
    this.#head = 0;
    this.#bytes = 0;
    return held;
  }
}

/** What something that arrived counts for while it waits, in bytes. */
export function sizeOf(arrival: Arrival): number {
  return ENTRY_BYTES + (contentOf(arrival)?.length ?? 0);
}

/** The content of a payload; undefined for anything else. */
export function contentOf(arrival: Arrival): Uint8Array | undefined {
  switch (arrival.type) {
    case 'recovered':
      return arrival.content;
    case 'recvMessage':
      return arrival.message.type === 'gossip' ? arrival.message.content : undefined;
  }
}

/** Whether the sender of a message waits for an answer that makes it a neighbor. */
export function asksToMeet({ type }: NetMessage): boolean {
  return type === 'join' || type === 'neighbor';
}
