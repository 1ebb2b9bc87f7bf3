import type { EndpointAddr, EndpointId } from '@grapevine/net';
import type { TopicId } from '@grapevine/proto';
import type { Announced } from './records.js';

/** Members known of one topic; the ones heard of first are forgotten first. */
const MAX_MEMBERS = 256;

interface Member {
  readonly addr: EndpointAddr;
  readonly until: number;
}

/** Who is in which topic, as far as the network says and for as long as it holds. */
export class Members {
  readonly #topics = new Map<TopicId, Map<EndpointId, Member>>();

  /** Only what is said of these topics is kept. */
  get topics(): Iterable<TopicId> {
    return this.#topics.keys();
  }

  watch(topic: TopicId): void {
    if (!this.#topics.has(topic)) this.#topics.set(topic, new Map());
  }

  forget(topic: TopicId): void {
    this.#topics.delete(topic);
  }

  note({ topic, addr, ttlMs }: Announced, now: number): void {
    const members = this.#topics.get(topic);
    if (members === undefined) return;
    members.delete(addr.id);
    if (ttlMs === 0) return;
    members.set(addr.id, { addr, until: now + ttlMs });
    if (members.size > MAX_MEMBERS) members.delete(members.keys().next().value as EndpointId);
  }

  of(topic: TopicId, now: number): EndpointAddr[] {
    const members = this.#topics.get(topic);
    if (members === undefined) return [];
    for (const [id, { until }] of members) if (until <= now) members.delete(id);
    return [...members.values()].map(({ addr }) => addr);
  }
}
