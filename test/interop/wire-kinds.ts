import {
  decodeAddrInfo,
  encodeAddrInfo,
  endpointAddrSchema,
  endpointIdSchema,
  formatTicket,
  parseTicket,
} from '@grapevine/net';
import { decode, encode, type Schema } from '@grapevine/postcard';
import { messageCodec } from '@grapevine/proto';
import { formatChatTicket, parseChatTicket } from '../../apps/chat/src/ticket.js';
import {
  decodeHeader,
  decodeMessage,
  encodeFrame,
  encodeHeader,
  type NetMessage,
  PREFIX_LENGTH,
} from '../../packages/net/src/gossip/wire.js';
import { decodeBase32, encodeBase32 } from '../../packages/net/src/util/base32.js';
import { encodeItem } from '../../packages/rpc/src/item-writer.js';
import { commandSchema, eventSchema, requestSchema } from '../../packages/rpc/src/wire.js';
import * as serde from './serde-json.js';

/** Refuses an id that is no curve point, as Rust does while it decodes. Our nodes check an id when they use it. */
const strictMessage = messageCodec(endpointIdSchema);
function readMessage(bytes: Uint8Array): NetMessage {
  decodeMessage(bytes);
  return decode(strictMessage, bytes);
}

// How our own code reads and writes each kind of value that the Rust program knows. Kinds with a frame or a text in production
// go through that code.

/** A kind of value on the wire. */
export interface WireKind {
  /** @throws when the bytes are not such a value */
  read(bytes: Uint8Array): unknown;
  write(value: unknown): Uint8Array;
  /** The description that serde makes of it. */
  toJson(value: unknown): serde.Json;
  fromJson(json: serde.Json): unknown;
  /** The bytes on a stream, where they differ. */
  frame?(value: unknown): Uint8Array;
  /** The text form, for tickets. */
  readonly text?: { read(text: string): unknown; write(value: unknown): string };
}

/** Checks the types inside a kind, and hides them outside. */
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

/** An item of the remote control. On its stream a varint precedes it. */
function ofItem<T>(schema: Schema<T>, json: { toJson(value: T): serde.Json; fromJson(json: serde.Json): T }) {
  return { ...ofSchema(schema, json), frame: (value: T) => encodeItem(schema, value) };
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
    read: readMessage,
    write: (message) => encodeFrame(message).subarray(PREFIX_LENGTH),
    frame: encodeFrame,
    ...serde.message,
  }),
  addrInfo: kind({
    // The crate does not read what follows a value. Our custom addresses are there, of which it knows nothing.
    read: (data) => decodeAddrInfo(data).filter(({ type }) => type !== 'custom'),
    write: encodeAddrInfo,
    ...serde.addrInfo,
  }),
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
  rpcRequest: kind(ofItem(requestSchema, serde.rpcRequest)),
  rpcCommand: kind(ofItem(commandSchema, serde.rpcCommand)),
  rpcEvent: kind(ofItem(eventSchema, serde.rpcEvent)),
} satisfies Record<string, WireKind>;

export type WireKindName = keyof typeof wireKinds;
