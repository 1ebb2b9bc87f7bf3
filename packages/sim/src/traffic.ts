import type { Message, PeerData, PeerInfo, RootTag } from '@grapevine/proto';
import { someTraffic } from './checks.js';

/** Messages that nodes have received, and their bytes on the wire. */
export interface Traffic {
  /** Messages with a payload (`gossip`). */
  payload: number;
  /** Control messages of the broadcast layer: `ihave`, `graft`, `prune`. */
  control: number;
  /** Messages of the membership layer. */
  membership: number;
  payloadBytes: number;
  controlBytes: number;
  membershipBytes: number;
}

/** Traffic of a node that has received nothing. */
export function noTraffic(): Traffic {
  return { payload: 0, control: 0, membership: 0, payloadBytes: 0, controlBytes: 0, membershipBytes: 0 };
}

/** The traffic between two moments. */
export function trafficSince(before: Traffic, now: Traffic): Traffic {
  someTraffic('before', before);
  someTraffic('now', now);
  return {
    payload: now.payload - before.payload,
    control: now.control - before.control,
    membership: now.membership - before.membership,
    payloadBytes: now.payloadBytes - before.payloadBytes,
    controlBytes: now.controlBytes - before.controlBytes,
    membershipBytes: now.membershipBytes - before.membershipBytes,
  };
}

/** Counts a received message. */
export function count(traffic: Traffic, message: Message<number>): void {
  const bytes = messageSize(message);
  switch (message.type) {
    case 'gossip':
      traffic.payload++;
      traffic.payloadBytes += bytes;
      break;
    case 'ihave':
    case 'graft':
    case 'prune':
      traffic.control++;
      traffic.controlBytes += bytes;
      break;
    case 'join':
    case 'forwardJoin':
    case 'shuffle':
    case 'shuffleReply':
    case 'neighbor':
    case 'disconnect':
      traffic.membership++;
      traffic.membershipBytes += bytes;
      break;
  }
}

/** Bytes of both discriminants of a message. */
const TAGS = 2;
/** Bytes of an endpoint id or a message id. */
const ID = 32;

/**
 * The bytes of a message in a frame's body if peers had the 32-byte ids of the real network: as `encodedLength(messageCodec(...), message)`, but
 * faster.
 */
export function messageSize(message: Message<number>): number {
  switch (message.type) {
    case 'gossip': {
      const { content, scope } = message;
      const scopeSize = scope.type === 'swarm' ? 1 + varint(scope.round) : 1;
      return TAGS + ID + varint(content.length) + content.length + scopeSize + trailer(message);
    }
    case 'prune':
      return TAGS + trailer(message);
    case 'graft':
      return TAGS + (message.id === undefined ? 1 : 1 + ID) + varint(message.round) + trailer(message);
    case 'ihave': {
      let size = TAGS + varint(message.messages.length);
      for (const { round } of message.messages) size += ID + varint(round);
      return size + tagTable(message.messages);
    }
    case 'join':
      return TAGS + optionSize(message.data);
    case 'forwardJoin':
      return TAGS + ID + optionSize(message.peer.data) + varint(message.ttl);
    case 'shuffle':
      return TAGS + ID + listSize(message.nodes) + varint(message.ttl);
    case 'shuffleReply':
      return TAGS + listSize(message.nodes);
    case 'neighbor':
      return TAGS + 1 + optionSize(message.data);
    case 'disconnect':
      return TAGS + 2;
  }
}

/** Bytes of the tag behind a message. */
function trailer({ tag }: { readonly tag?: RootTag | undefined }): number {
  return tag === undefined ? 0 : 5;
}

/** Bytes of the tags behind announcements: a marker, the distinct tags, and an index for each announcement. */
function tagTable(entries: readonly { readonly tag?: RootTag | undefined }[]): number {
  let tags: Map<RootTag, number> | undefined;
  let indices = 0;
  for (const { tag } of entries) {
    if (tag === undefined) {
      indices++;
      continue;
    }
    tags ??= new Map();
    let index = tags.get(tag);
    if (index === undefined) {
      index = tags.size + 1;
      tags.set(tag, index);
    }
    indices += varint(index);
  }
  return tags === undefined ? 0 : 1 + varint(tags.size) + 4 * tags.size + indices;
}

function listSize(nodes: readonly PeerInfo<number>[]): number {
  let size = varint(nodes.length);
  for (const { data } of nodes) size += ID + optionSize(data);
  return size;
}

function optionSize(data: PeerData | undefined): number {
  return data === undefined ? 1 : 1 + varint(data.length) + data.length;
}

function varint(value: number): number {
  if (value < 0x80) return 1;
  if (value < 0x4000) return 2;
  return value < 0x20_0000 ? 3 : 4;
}
