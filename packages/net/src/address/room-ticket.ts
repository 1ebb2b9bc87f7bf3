import { decode, encode, enumOf, type Schema, seq, struct } from '@grapevine/postcard';
import { type TopicId, topicIdSchema } from '@grapevine/proto';
import { aString, describe } from '@grapevine/proto/check';
import { ParseError } from '../errors.js';
import { decodeBase32, encodeBase32 } from '../util/base32.js';
import { anEndpointAddr, aTopicId } from '../util/checks.js';
import { endpointAddrSchema } from './codec.js';
import type { EndpointAddr } from './endpoint-addr.js';
import { withoutPasting } from './ticket.js';

const WHAT = 'room ticket';
const PREFIX = 'room';

/** A topic, and peers that are in it: all that it takes to enter. */
export interface RoomTicket {
  readonly topic: TopicId;
  readonly peers: readonly EndpointAddr[];
}

/** A room ticket as text. */
export type RoomTicketText = `${typeof PREFIX}${string}`;

const roomSchema: Schema<RoomTicket> = struct({ topic: topicIdSchema, peers: seq(endpointAddrSchema) });

/** Further variants are for rooms that need more than that, such as a secret. */
const ticketSchema = enumOf({ variant1: { room: roomSchema } });

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
  return `${PREFIX}${encodeBase32(encode(ticketSchema, { type: 'variant1', room: ticket }))}`;
}

/** Whether a text is meant as a room ticket. It may still be a damaged one. */
export function looksLikeRoomTicket(text: string): text is RoomTicketText {
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
    if (word.startsWith(PREFIX)) return decode(ticketSchema, decodeBase32(word.slice(PREFIX.length), WHAT)).room;
  } catch (error) {
    return readChatTicket(word) ?? fail(error); // one of a million of those begins with the prefix by chance
  }
  if (word.startsWith('endpoint')) {
    throw new ParseError(WHAT, 'it is the ticket of an endpoint, which does not say which topic to enter');
  }
  return readChatTicket(word) ?? fail(new Error(`expected "${PREFIX}…", or a ticket of the chat example`));
}

function readChatTicket(word: string): RoomTicket | undefined {
  try {
    return decode(roomSchema, decodeBase32(word, WHAT));
  } catch {
    return undefined;
  }
}

function fail(cause: unknown): never {
  if (cause instanceof ParseError) throw cause;
  throw new ParseError(WHAT, cause instanceof Error ? cause.message : String(cause), { cause });
}
