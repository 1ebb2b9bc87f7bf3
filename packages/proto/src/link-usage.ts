import type { TopicId } from './topic-id.js';

/**
 * Which topics use the link to which peer, so that a link that two topics share is closed only when both have let go.
 * (The reference closes it for all as soon as one lets go.)
 */
export class LinkUsage<P> {
  // Few topics share a peer: an array is smaller than a Set and as fast.
  private readonly topics = new Map<P, TopicId[]>();

  /** A topic has heard from a peer. */
  use(peer: P, topic: TopicId): void {
    const users = this.topics.get(peer);
    if (users === undefined) this.topics.set(peer, [topic]);
    else if (!users.includes(topic)) users.push(topic);
  }

  /** A topic lets go of a peer; true when it was in use and nobody uses it anymore. */
  release(peer: P, topic: TopicId): boolean {
    const users = this.topics.get(peer);
    if (users === undefined) return false;
    const index = users.indexOf(topic);
    if (index >= 0) users.splice(index, 1);
    if (users.length > 0) return false;
    this.topics.delete(peer);
    return true;
  }

  /** A topic is gone; returns the peers that only it used. */
  releaseTopic(topic: TopicId): P[] {
    return [...this.topics.keys()].filter(
      (peer) => this.topics.get(peer)?.includes(topic) && this.release(peer, topic),
    );
  }

  /** The link itself is gone. */
  forget(peer: P): void {
    this.topics.delete(peer);
  }
}
