import type { TopicId } from '@grapevine/proto';
import type { EndpointId } from '../../identity/endpoint-id.js';
import { Conversation } from './conversation.js';

/** The conversations of a node, by peer and topic. */
export class Conversations implements Iterable<Conversation> {
  readonly #peers = new Map<EndpointId, Map<TopicId, Conversation>>();

  get(topic: TopicId, peer: EndpointId): Conversation | undefined {
    return this.#peers.get(peer)?.get(topic);
  }

  getOrBegin(topic: TopicId, peer: EndpointId): Conversation {
    const topics = this.#peers.get(peer) ?? new Map<TopicId, Conversation>();
    const known = topics.get(topic);
    if (known) return known;
    const conversation = new Conversation(topic, peer);
    topics.set(topic, conversation);
    this.#peers.set(peer, topics);
    return conversation;
  }

  /** Those with one peer. */
  with(peer: EndpointId): readonly Conversation[] {
    return [...(this.#peers.get(peer)?.values() ?? [])];
  }

  delete({ topic, peer }: Conversation): void {
    const topics = this.#peers.get(peer);
    topics?.delete(topic);
    if (topics?.size === 0) this.#peers.delete(peer);
  }

  *[Symbol.iterator](): Iterator<Conversation> {
    for (const topics of [...this.#peers.values()]) yield* [...topics.values()];
  }
}
