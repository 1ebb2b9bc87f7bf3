import { decodeBase32, encodeBase32, endpointAddrSchema, ParseError, type RoomTicket } from '@grapevine/net';
import { decode, encode, seq, struct } from '@grapevine/postcard';
import { topicIdSchema } from '@grapevine/proto';

const WHAT = 'chat ticket';

const ticketSchema = struct({ topic: topicIdSchema, peers: seq(endpointAddrSchema) });

/** A room ticket as the Rust example writes it: base32 without prefix. */
export function formatChatTicket(ticket: RoomTicket): string {
  return encodeBase32(encode(ticketSchema, ticket));
}

/** Reads that form only; net's `parseRoomTicket` also reads it, and is more lenient. @throws ParseError */
export function parseChatTicket(text: string): RoomTicket {
  const bytes = decodeBase32(text.trim(), WHAT);
  try {
    return decode(ticketSchema, bytes);
  } catch (cause) {
    throw new ParseError(WHAT, cause instanceof Error ? cause.message : String(cause), { cause });
  }
}
