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

/** How long our announcements hold, in seconds: RFC 6762, section 10. */
export const TTL_S = 120;
/** Time to live of a goodbye packet, in seconds. */
export const GOODBYE_S = 0;

/** Longest packet in bytes: with the headers of UDP and IP it fits into an Ethernet frame, with room to spare for tunnels (RFC 6762, section 17). */
export const MAX_PACKET = 1_400;
const HEADER_LENGTH = 12;
/** Type, class, time to live and length of a record; type and class of a question. */
const RECORD_OVERHEAD = 10;
const QUESTION_OVERHEAD = 4;

/** Addresses in one announcement: more are neither sent nor read. */
const MAX_ADDRESSES = 16;
/** The most answers of one packet that are read. */
const MAX_ANSWERS = 64;

// The part of `dns-packet`'s records that is used here. Its own types are another package, which users would have to install.

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

/** A question that we ask. */
export interface OwnQuestion {
  readonly type: 'PTR';
  readonly name: string;
}

/** A record that was received, of any type. */
export interface HeardRecord {
  readonly type: string;
  readonly name: string;
  readonly ttl?: number | undefined;
  readonly data?: unknown;
}

/** The announcement of a topic's member. */
export interface Announced {
  readonly topic: TopicId;
  readonly addr: EndpointAddr;
  /** How long the announcement holds, in milliseconds; 0: the member has left. */
  readonly ttlMs: number;
}

/** Announces the topics that we are in (or leave, with a time to live of 0), and our addresses. As many packets as needed. */
export function announcements(addr: EndpointAddr, topics: readonly TopicId[], ttl: number): OwnRecord[][] {
  const text = describeNode(addr, TTL_S);
  const name = instanceName(addr.id);
  const pointers = topics.map((topic): OwnRecord => ({ type: 'PTR', name: topicService(topic), ttl, data: name }));
  return inPackets(pointers, recordLength, MAX_PACKET - recordLength(text)).map((packet) => [...packet, text]);
}

/** The goodbye packet: we leave all topics, whichever they are (RFC 6762, section 10.1). */
export function goodbye(addr: EndpointAddr): OwnRecord[] {
  return [describeNode(addr, GOODBYE_S)];
}

/** Asks for the members of topics. As many packets as needed. */
export function questions(topics: readonly TopicId[]): OwnQuestion[][] {
  const all = topics.map((topic): OwnQuestion => ({ type: 'PTR', name: topicService(topic) }));
  return inPackets(all, ({ name }) => nameLength(name) + QUESTION_OVERHEAD, MAX_PACKET);
}

function describeNode(addr: EndpointAddr, ttl: number): OwnRecord {
  const ways = addr.addrs.flatMap((way) => (way.type === 'ip' ? [`a=${formatSocketAddr(way.addr)}`] : []));
  const data = [`id=${addr.id}`, ...ways.slice(0, MAX_ADDRESSES)];
  return { type: 'TXT', name: instanceName(addr.id), ttl, flush: true, data };
}

/** Parts of a list that fit into a packet each. */
function inPackets<T>(items: readonly T[], lengthOf: (item: T) => number, space: number): T[][] {
  const packets: T[][] = [];
  let left = 0;
  for (const item of items) {
    const length = lengthOf(item);
    if (length > left) {
      packets.push([]);
      left = space - HEADER_LENGTH;
    }
    packets.at(-1)?.push(item);
    left -= length;
  }
  return packets;
}

/** Its length on the wire, without compression of names (RFC 1035, section 4.1.3). */
function recordLength(record: OwnRecord): number {
  const length = nameLength(record.name) + RECORD_OVERHEAD;
  switch (record.type) {
    case 'PTR':
      return length + nameLength(record.data);
    case 'TXT':
      return record.data.reduce((sum, text) => sum + 1 + text.length, length);
  }
}

/** Each label has its length in front of it; an empty one ends the name. All of ours are ASCII. */
function nameLength(name: string): number {
  return name.length + 2;
}

/**
 * The announcements of members in a packet. Records that are not understood are skipped.
 *
 * @param topicOf - The topic that a service stands for, if it is one of those that are looked for.
 */
export function readAnnouncements(
  answers: readonly HeardRecord[],
  topicOf: (service: string) => TopicId | undefined,
): Announced[] {
  const looked = answers.slice(0, MAX_ANSWERS);
  return looked.flatMap((answer): Announced[] => {
    const topic = answer.type === 'PTR' ? topicOf(answer.name) : undefined;
    const text = topic && looked.find((other) => other.type === 'TXT' && other.name === answer.data);
    const addr = text && addressesIn(text, text.name);
    if (topic === undefined || addr === undefined) return [];
    return [{ topic, addr, ttlMs: 1000 * Math.min(answer.ttl ?? 0, TTL_S) }];
  });
}

/** The endpoints that leave all topics. */
export function readGoodbyes(answers: readonly HeardRecord[]): EndpointId[] {
  const leaving = answers.slice(0, MAX_ANSWERS).filter(({ type, ttl }) => type === 'TXT' && ttl === GOODBYE_S);
  return leaving.flatMap((text) => addressesIn(text, text.name)?.id ?? []);
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
