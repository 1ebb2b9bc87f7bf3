import {
  decodeAddrInfo,
  encodeAddrInfo,
  endpointAddrSchema,
  endpointIdSchema,
  formatTicket,
  parseTicket,
} from '@grapevine/net';
import { bytes, decode, encode, enumOf, mapped, type Schema, seq, u16 } from '@grapevine/postcard';
import { topicIdSchema } from '@grapevine/proto';
import { formatChatTicket, parseChatTicket } from '../../apps/chat/src/ticket.js';
import {
  decodeHeader,
  decodeMessage,
  encodeFrame,
  encodeHeader,
  PREFIX_LENGTH,
} from '../../packages/net/src/gossip/wire.js';
import { decodeBase32, encodeBase32 } from '../../packages/net/src/util/base32.js';
import * as serde from './serde-json.js';

// How our own code reads and writes each kind of value that the Rust program knows. Kinds with a frame or a text in production
// go through that code.

/** A kind of value on the wire. */
export interface WireKind {
  /** @throws when the bytes are not such a value */
  read(bytes: Uint8Array): unknown;
  write(value: unknown): Uint8Array;
  /** As serde describes it. */
  toJson(value: unknown): serde.Json;
  fromJson(json: serde.Json): unknown;
  /** As it stands on a stream, where that differs. */
  frame?(value: unknown): Uint8Array;
  /** As people send it to each other. */
  readonly text?: { read(text: string): unknown; write(value: unknown): string };
}

/** Keeps the types inside a kind, drops them outside. */
function kind<T>(typed: {
  read(bytes: Uint8Array): T;
  write(value: T): Uint8Array;
  toJson(value: T): serde.Json;
  fromJson(json: serde.Json): T;
  frame?(value: T): Uint8Array;
  readonly text?: { read(text: string): T; write(value: T): string };
}): WireKind {
  return typed as WireKind;
}

function ofSchema<T>(schema: Schema<T>, json: { toJson(value: T): serde.Json; fromJson(json: serde.Json): T }) {
  return { read: (data: Uint8Array) => decode(schema, data), write: (value: T) => encode(schema, value), ...json };
}

const TICKET_PREFIX = 'endpoint';

export const wireKinds = {
  streamHeader: kind({
    read: decodeHeader,
    write: (topic) => encodeHeader(topic).subarray(PREFIX_LENGTH),
    frame: encodeHeader,
    toJson: (topic) => ({ topic_id: serde.topic.toJson(topic) }),
    fromJson: (json) => serde.topic.fromJson(json.topic_id),
  }),
  topicMessage: kind({
    read: decodeMessage,
    write: (message) => encodeFrame(message).subarray(PREFIX_LENGTH),
    frame: encodeFrame,
    ...serde.message,
  }),
  addrInfo: kind({ read: decodeAddrInfo, write: encodeAddrInfo, ...serde.addrInfo }),
  endpointAddr: kind(ofSchema(endpointAddrSchema, serde.endpointAddr)),
  endpointTicket: kind({
    read: (data) => parseTicket(TICKET_PREFIX + encodeBase32(data)),
    write: (addr) => decodeBase32(formatTicket(addr).slice(TICKET_PREFIX.length), 'ticket'),
    text: { read: parseTicket, write: formatTicket },
    ...serde.endpointAddr,
  }),
  chatTicket: kind({
    read: (data) => parseChatTicket(encodeBase32(data)),
    write: (ticket) => decodeBase32(formatChatTicket(ticket), 'ticket'),
    text: { read: parseChatTicket, write: formatChatTicket },
    toJson: ({ topic, peers }) => ({ topic: serde.topic.toJson(topic), peers: peers.map(serde.endpointAddr.toJson) }),
    fromJson: ({ topic, peers }) => ({
      topic: serde.topic.fromJson(topic),
      peers: peers.map(serde.endpointAddr.fromJson),
    }),
  }),
} satisfies Record<string, WireKind>;

export type WireKindName = keyof typeof wireKinds;

const scope = enumOf({ swarm: { round: u16 }, neighbors: {} });
const peer = endpointIdSchema;

/**
 * The remote control's items, written down as schemas, each with the JSON of serde. There is no package for it yet; once there
 * is, its own codecs belong into `wireKinds` and this goes away.
 */
export const rpcKinds: Record<string, Schema<serde.Json>> = {
  rpcRequest: mapped(enumOf({ join: { topic: topicIdSchema, bootstrap: seq(peer) } }), {
    decode: ({ topic, bootstrap }) => ({ Join: { topic_id: serde.topic.toJson(topic), bootstrap } }),
    encode: ({ Join }: serde.Json) => {
      return { type: 'join' as const, topic: serde.topic.fromJson(Join.topic_id), bootstrap: Join.bootstrap };
    },
  }),
  rpcCommand: mapped(
    enumOf({ broadcast: { content: bytes }, broadcastNeighbors: { content: bytes }, joinPeers: { peers: seq(peer) } }),
    {
      decode: (command): serde.Json => {
        switch (command.type) {
          case 'broadcast':
            return { Broadcast: [...command.content] };
          case 'broadcastNeighbors':
            return { BroadcastNeighbors: [...command.content] };
          case 'joinPeers':
            return { JoinPeers: command.peers };
        }
      },
      encode: (json: serde.Json) => {
        if (json.JoinPeers) return { type: 'joinPeers' as const, peers: json.JoinPeers };
        if (json.Broadcast) return { type: 'broadcast' as const, content: Uint8Array.from(json.Broadcast) };
        return { type: 'broadcastNeighbors' as const, content: Uint8Array.from(json.BroadcastNeighbors) };
      },
    },
  ),
  rpcEvent: mapped(
    enumOf({
      neighborUp: { peer },
      neighborDown: { peer },
      received: { content: bytes, scope, deliveredFrom: peer },
      lagged: {},
    }),
    {
      decode: (event): serde.Json => {
        switch (event.type) {
          case 'neighborUp':
            return { NeighborUp: event.peer };
          case 'neighborDown':
            return { NeighborDown: event.peer };
          case 'received': {
            const { content, deliveredFrom } = event;
            const described = serde.scope.toJson(event.scope);
            return { Received: { content: [...content], scope: described, delivered_from: deliveredFrom } };
          }
          case 'lagged':
            return 'Lagged';
        }
      },
      encode: (json: serde.Json) => {
        if (json === 'Lagged') return { type: 'lagged' as const };
        if (json.NeighborUp) return { type: 'neighborUp' as const, peer: json.NeighborUp };
        if (json.NeighborDown) return { type: 'neighborDown' as const, peer: json.NeighborDown };
        const { content, scope: described, delivered_from: deliveredFrom } = json.Received;
        const value = { content: Uint8Array.from(content), scope: serde.scope.fromJson(described), deliveredFrom };
        return { type: 'received' as const, ...value };
      },
    },
  ),
};
