import { decode, encodedLength, encodeInto } from '@grapevine/postcard';
import { type Message, messageCodec, type TopicId, topicIdFromBytes, topicIdToBytes } from '@grapevine/proto';
import { namedIdSchema } from '../address/codec.js';
import type { EndpointId } from '../identity/endpoint-id.js';

/** The protocol's name in TLS: iroh-gossip, version 1. */
export const GOSSIP_ALPN = '/iroh-gossip/1';

/** A message between nodes of the network. */
export type NetMessage = Message<EndpointId>;

/** Nodes of a list that are kept when it is decoded: as many as any config lets the kernel look at. */
const MAX_LISTED_NODES = 1_024;

const codec = messageCodec(namedIdSchema, { maxListedNodes: MAX_LISTED_NODES });

/** A frame begins with its body's length, big-endian. */
export const PREFIX_LENGTH = 4;

/** Bytes of a topic id. */
const TOPIC_LENGTH = 32;

/** A message with its length in front. */
export function encodeFrame(message: NetMessage): Uint8Array {
  const length = encodedLength(codec, message);
  const frame = new Uint8Array(PREFIX_LENGTH + length);
  writeLength(frame, length);
  encodeInto(codec, message, frame, PREFIX_LENGTH);
  return frame;
}

/** The first frame of every stream: which topic it is about. */
export function encodeHeader(topic: TopicId): Uint8Array {
  const frame = new Uint8Array(PREFIX_LENGTH + TOPIC_LENGTH);
  writeLength(frame, TOPIC_LENGTH);
  frame.set(topicIdToBytes(topic), PREFIX_LENGTH);
  return frame;
}

/** @throws RangeError when the body is too short; what follows the topic is ignored, as everywhere on this wire */
export function decodeHeader(body: Uint8Array): TopicId {
  return topicIdFromBytes(body.subarray(0, TOPIC_LENGTH));
}

/** @throws DecodeError */
export function decodeMessage(body: Uint8Array): NetMessage {
  return decode(codec, body);
}

/** Whether a message makes or ends neighbors. */
export function isMembership({ type }: NetMessage): boolean {
  return type === 'neighbor' || type === 'disconnect';
}

/** Whether a body is a Join or a Neighbor message, without decoding it: two discriminants. */
export function asksForPlace(body: Uint8Array): boolean {
  return body[0] === 0 && (body[1] === 0 || body[1] === 4);
}

function writeLength(frame: Uint8Array, length: number): void {
  frame[0] = length >>> 24;
  frame[1] = length >>> 16;
  frame[2] = length >>> 8;
  frame[3] = length;
}
