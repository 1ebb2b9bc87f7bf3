import {
  type GossipMessage,
  type Hash,
  type InEvent,
  type Message,
  messageIdFromBytes,
  type OutEvent,
  type TopicEvent,
} from '@grapevine/proto';
import type { Observer } from './observer.js';
import { count, noTraffic, type Traffic } from './traffic.js';

type Received = Extract<TopicEvent<number>, { readonly type: 'received' }>;

/** Counts the traffic of a run and tells its observers. */
export class Observation {
  /** The messages that all nodes have received so far. */
  readonly traffic: Traffic = noTraffic();
  readonly observers: Observer[] = [];
  readonly #hash: Hash;

  constructor(hash: Hash) {
    this.#hash = hash;
  }

  /** Whether an observer wants to see outputs before they are carried out. */
  get looksAtOutputs(): boolean {
    for (const observer of this.observers) if (observer.handled !== undefined) return true;
    return false;
  }

  /** A message has reached a node that is in the topic. */
  received(time: number, peer: number, message: Message<number>): void {
    count(this.traffic, message);
    if (message.type !== 'gossip') return;
    for (const observer of this.observers) observer.payload?.(time, peer, message);
  }

  /** A node has handled an event. */
  handled(time: number, peer: number, event: InEvent<number>, outputs: readonly OutEvent<number>[]): void {
    for (const observer of this.observers) observer.handled?.(time, peer, event, outputs);
  }

  /** A node tells its user something, because of `input`. */
  emitted(time: number, peer: number, event: TopicEvent<number>, input: InEvent<number>): void {
    for (const observer of this.observers) {
      switch (event.type) {
        case 'received':
          if (input.type === 'recvMessage') observer.delivered?.(time, peer, input.message as GossipMessage);
          else observer.delivered?.(time, peer, this.#messageOf(event));
          break;
        case 'neighborUp':
        case 'neighborDown':
          observer.neighbor?.(time, peer, event);
          break;
        case 'lost':
          observer.lost?.(time, peer, event);
          break;
      }
    }
  }

  /** A payload that has come by reconciliation, as the message of the swarm that would have brought it. */
  #messageOf({ content, scope }: Received): GossipMessage {
    return { type: 'gossip', id: messageIdFromBytes(this.#hash(content)), content, scope };
  }

  /** A node has left the topic, or is gone. */
  left(time: number, peer: number): void {
    for (const observer of this.observers) observer.left?.(time, peer);
  }
}
