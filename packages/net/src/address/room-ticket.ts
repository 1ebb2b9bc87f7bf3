import { decodeWithRest, encode, enumOf, type Schema, seq, struct } from '@grapevine/postcard';
import { defaultHash, type TopicId, topicIdSchema } from '@grapevine/proto';
import { aString, describe } from '@grapevine/proto/check';
import { ParseError } from '../errors.js';
import { decodeBase32, encodeBase32 } from '../util/base32.js';
import { compareBytes, joinBytes } from '../util/bytes.js';
import { anEndpointAddr, aTopicId } from '../util/checks.js';
import { endpointAddrSchema } from './codec.js';
import type { EndpointAddr } from './endpoint-addr.js';
import { withoutPasting } from './ticket.js';
import { wordKind } from './word-kind.js';

const WHAT = 'room ticket';
const PREFIX = 'room';
/** Letters are lost and mistaken on the way, and a topic with a wrong letter would be another room: 1 of 4 billion damaged tickets passes. */
const CHECK_BYTES = 4;

/** A topic, and peers that are in it: all that it takes to enter. */
export interface RoomTicket {
  readonly topic: TopicId;
  readonly peers: readonly EndpointAddr[];
}

/** A room ticket as text. */
export type RoomTicketText = `${typeof PREFIX}${string}`;

const roomSchema: Schema<RoomTicket> = struct({ topic: topicIdSchema, peers: seq(endpointAddrSchema) });

/** The first one was written before tickets had a check sum behind them. Further ones are for rooms that need more, such as a secret. */
const ticketSchema = enumOf({ variant1: { room: roomSchema }, variant2: { room: roomSchema } });

/** A {@link RoomTicket}. */
export function aRoomTicket(name: string, value: unknown): void {
  const { topic, peers } = Object(value) as { topic?: unknown; peers?: unknown };
  if (typeof value !== 'object' || value === null || topic === undefined || !Array.isArray(peers)) {
    throw new TypeError(`${name} must be a RoomTicket ({ topic, peers: […] }), got ${describe(value)}`);
  }
  aTopicId(`${name}.topic`, topic);
  for (const [i, peer] of peers.entries()) anEndpointAddr(`${name}.peers[${i}]`, peer);
}

/**
 * A topic and the way into it as one word, `room…`: what a person sends to a friend.
 *
 * @throws TypeError, RangeError that name what is wrong
 *
 * @example
 * ```ts
 * const ticket = formatRoomTicket({ topic, peers: [endpoint.addr()] });
 * await gossip.subscribe(ticket); // elsewhere
 * ```
 */
export function formatRoomTicket(ticket: RoomTicket): RoomTicketText {
  aRoomTicket('ticket', ticket);
  const body = encode(ticketSchema, { type: 'variant2', room: ticket });
  return `${PREFIX}${encodeBase32(joinBytes([body, checkSum(body)], body.length + CHECK_BYTES))}`;
}

function checkSum(body: Uint8Array): Uint8Array {
  return defaultHash(body).subarray(0, CHECK_BYTES);
}

/** Whether a text is meant as a room ticket. It may still be a damaged one. */
export function looksLikeRoomTicket(text: string): text is RoomTicketText {
  CHECK: aString('text', text);
  return withoutPasting(text).toLowerCase().startsWith(PREFIX);
}

/**
 * Reads a room ticket as people paste it: white space, line breaks, quotes and brackets around or in it are ignored, and so is its case.
 * The tickets of iroh-gossip's chat example, which have no prefix, are read as well.
 *
 * @throws ParseError saying what is wrong with it
 */
export function parseRoomTicket(text: string): RoomTicket {
  aString('ticket', text);
  const word = withoutPasting(text).toLowerCase();
  try {
    if (word.startsWith(PREFIX)) return read(decodeBase32(word.slice(PREFIX.length), WHAT));
  } catch (error) {
    return readChatTicket(word) ?? fail(error); // one of a million of those begins with the prefix by chance
  }
  const room = readChatTicket(word);
  if (room !== undefined) return room;
  const kind = wordKind(word);
  const told = kind ? `it is ${kind}, which does not say how to enter a topic; ` : '';
  throw new ParseError(WHAT, `${told}expected "${PREFIX}…", or a ticket of the chat example`);
}

function read(bytes: Uint8Array): RoomTicket {
  const { value: ticket, rest } = decodeWithRest(ticketSchema, bytes);
  switch (ticket.type) {
    case 'variant1':
      if (rest.length > 0) throw new ParseError(WHAT, `${rest.length} bytes too many`);
      break;
    case 'variant2':
      if (compareBytes(rest, checkSum(bytes.subarray(0, bytes.length - rest.length))) !== 0) {
        throw new ParseError(WHAT, 'its check sum does not match: a letter is missing or wrong');
      }
  }
  return ticket.room;
}

/** Only if nothing follows: any long word begins like a topic without peers once in 256 times. */
function readChatTicket(word: string): RoomTicket | undefined {
  try {
    const { value, rest } = decodeWithRest(roomSchema, decodeBase32(word, WHAT));
    return rest.length === 0 ? value : undefined;
  } catch {
    return undefined;
  }
}

function fail(cause: unknown): never {
  if (cause instanceof ParseError) throw cause;
  throw new ParseError(WHAT, cause instanceof Error ? cause.message : String(cause), { cause });
}
