import type { EndpointAddr, EndpointId } from '@grapevine/net';
import type { TopicId } from '@grapevine/proto';
import { topicService } from './names.js';
import type { Announced } from './records.js';

/** Known members of one topic; the oldest are forgotten first. */
const MAX_MEMBERS = 256;

interface Member {
  readonly addr: EndpointAddr;
  readonly until: number;
}

/** The members of topics, as announced and for as long as the announcements hold. Only announcements for watched topics are kept. */
export class Members {
  readonly #topics = new Map<TopicId, Map<EndpointId, Member>>();
  /** By service: deriving a service's name from its topic costs a hash. */
  readonly #byService = new Map<string, TopicId>();

  /** The watched topic that a service stands for. */
  readonly topicOf = (service: string): TopicId | undefined => this.#byService.get(service);

  watch(topic: TopicId): void {
    if (this.#topics.has(topic)) return;
    this.#topics.set(topic, new Map());
    this.#byService.set(topicService(topic), topic);
  }

  forget(topic: TopicId): void {
    if (this.#topics.delete(topic)) this.#byService.delete(topicService(topic));
  }

  note({ topic, addr, ttlMs }: Announced, now: number): void {
    const members = this.#topics.get(topic);
    if (members === undefined) return;
    members.delete(addr.id);
    if (ttlMs === 0) return;
    members.set(addr.id, { addr, until: now + ttlMs });
    if (members.size > MAX_MEMBERS) members.delete(members.keys().next().value as EndpointId);
  }

  /** Somebody has left all topics. */
  left(id: EndpointId): void {
    for (const members of this.#topics.values()) members.delete(id);
  }

  of(topic: TopicId, now: number): EndpointAddr[] {
    const members = this.#topics.get(topic);
    if (members === undefined) return [];
    for (const [id, { until }] of members) if (until <= now) members.delete(id);
    return [...members.values()].map(({ addr }) => addr);
  }
}
