import {
  type EndpointAddr,
  type EndpointId,
  endpointAddr,
  formatSocketAddr,
  parseEndpointId,
  parseSocketAddr,
} from '@grapevine/net';
import type { TopicId } from '@grapevine/proto';
import { instanceName, topicService } from './names.js';

/** How long others may believe us, in seconds: RFC 6762, section 10. */
export const TTL_S = 120;
/** Said when we leave. */
export const GOODBYE_S = 0;

/** Addresses in one announcement: more are neither sent nor read. */
const MAX_ADDRESSES = 16;
/** Answers of one packet that are looked at. */
const MAX_ANSWERS = 64;

// Of the records of `dns-packet`, what is used here: its own types are a package that users would have to install.

/** A record that we write. */
export type OwnRecord =
  | { readonly type: 'PTR'; readonly name: string; readonly ttl: number; readonly data: string }
  | {
      readonly type: 'TXT';
      readonly name: string;
      readonly ttl: number;
      readonly flush: true;
      readonly data: string[];
    };

/** A record that was received, of any type. */
export interface HeardRecord {
  readonly type: string;
  readonly name: string;
  readonly ttl?: number | undefined;
  readonly data?: unknown;
}

/** A member of a topic, as somebody announces it. */
export interface Announced {
  readonly topic: TopicId;
  readonly addr: EndpointAddr;
  /** For how long that holds, in milliseconds; 0: it has left. */
  readonly ttlMs: number;
}

/** What we say of ourselves: which topics we are in, and at which addresses. */
export function announcement(addr: EndpointAddr, topics: readonly TopicId[], ttl: number): OwnRecord[] {
  const name = instanceName(addr.id);
  const ways = addr.addrs.flatMap((way) => (way.type === 'ip' ? [`a=${formatSocketAddr(way.addr)}`] : []));
  return [
    ...topics.map((topic): OwnRecord => ({ type: 'PTR', name: topicService(topic), ttl, data: name })),
    { type: 'TXT', name, ttl, flush: true, data: [`id=${addr.id}`, ...ways.slice(0, MAX_ADDRESSES)] },
  ];
}

/** What a packet says of members of these topics. What is not understood is left out. */
export function readAnnouncements(answers: readonly HeardRecord[], topics: Iterable<TopicId>): Announced[] {
  const looked = answers.slice(0, MAX_ANSWERS);
  const found: Announced[] = [];
  for (const topic of topics) {
    const service = topicService(topic);
    for (const answer of looked) {
      if (answer.type !== 'PTR' || answer.name !== service) continue;
      const text = looked.find((other) => other.type === 'TXT' && other.name === answer.data);
      const addr = text && addressesIn(text, text.name);
      const ttl = Math.min(answer.ttl ?? 0, TTL_S);
      if (addr !== undefined) found.push({ topic, addr, ttlMs: 1000 * ttl });
    }
  }
  return found;
}

function addressesIn({ data }: HeardRecord, name: string): EndpointAddr | undefined {
  const texts = [data]
    .flat()
    .map(String)
    .slice(0, MAX_ADDRESSES + 1);
  const idText = texts.find((text) => text.startsWith('id='));
  try {
    const id = parseEndpointId((idText ?? '').slice('id='.length));
    if (instanceName(id) !== name) return undefined;
    const ways = texts.filter((text) => text.startsWith('a=')).map((text) => parseSocketAddr(text.slice('a='.length)));
    return endpointAddr(id as EndpointId, ...ways);
  } catch {
    return undefined;
  }
}
