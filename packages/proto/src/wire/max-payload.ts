import { oneOf } from '../check/index.js';
import type { Config } from '../config.js';
import type { Scope } from '../event.js';
import { aMessageSize } from '../resolve-config.js';
import { TRAILER_LENGTH } from './root-tag.js';

type MessageSize = Pick<Config, 'maxMessageSize'>;

const aScope = oneOf('swarm', 'neighbors');

/** What precedes the content's length in a body: two discriminants and the 32-byte id. */
const FIXED_HEADER = 1 + 1 + 32;
/** The scope's discriminant. */
const SCOPE_TAG = 1;
/** A round is a 16-bit varint: it starts with one byte and may grow to three on the way through the swarm. */
const ROUND_MAX = 3;

function lengthPrefix(length: number): number {
  if (length < 0x80) return 1;
  if (length < 0x4000) return 2;
  if (length < 0x20_0000) return 3;
  return length < 0x1000_0000 ? 4 : 5;
}

/** Bytes that a payload message takes besides its content. */
function payloadHeaderLength(contentLength: number, roundLength: number): number {
  return FIXED_HEADER + lengthPrefix(contentLength) + SCOPE_TAG + roundLength;
}

/**
 * Whether a payload message fits into a frame. The wire's rule for sending is "shorter than the limit", so at 4,096
 * the longest body is 4,095 bytes.
 */
export function fitsFrame(config: MessageSize, contentLength: number, roundLength: number): boolean {
  return payloadHeaderLength(contentLength, roundLength) + contentLength < config.maxMessageSize;
}

/** Whether a payload message fits into a frame with a tag behind it, however far it travels. */
export function fitsFrameWithTag(config: Config, contentLength: number): boolean {
  return payloadHeaderLength(contentLength, ROUND_MAX) + contentLength + TRAILER_LENGTH < config.maxMessageSize;
}

/** The largest round up to `round` with which a payload fits into a frame, by the length of its varint. */
export function roundThatFits(config: Config, contentLength: number, round: number): number {
  if (round < 0x80 || fitsFrame(config, contentLength, round < 0x4000 ? 2 : 3)) return round;
  return fitsFrame(config, contentLength, 2) ? Math.min(round, 0x3fff) : 0x7f;
}

/**
 * The largest content that may be broadcast, in bytes.
 *
 * For the swarm the limit leaves room for a round of three bytes (rounds from 16,384 on), so that every size up to it
 * stays forwardable however far it travels: 4,055 bytes at the default `maxMessageSize`. The reference would send 4,057
 * and then fail to forward it once the round no longer fits into one byte. For neighbors, who forward nothing: 4,058.
 *
 * @throws TypeError or RangeError for what is no config or no scope.
 */
export function maxPayload(config: MessageSize, scope: Scope): number {
  aMessageSize('maxMessageSize', config?.maxMessageSize);
  aScope('scope', scope);
  const roundLength = scope === 'swarm' ? ROUND_MAX : 0;
  let length = config.maxMessageSize - 1 - payloadHeaderLength(0, roundLength);
  while (!fitsFrame(config, length, roundLength)) length--;
  return length;
}
