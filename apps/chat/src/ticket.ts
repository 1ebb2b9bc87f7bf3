import { decodeBase32, type EndpointAddr, encodeBase32, endpointAddrSchema, ParseError } from '@grapevine/net';
import { decode, encode, seq, struct } from '@grapevine/postcard';
import { type TopicId, topicIdSchema } from '@grapevine/proto';

const WHAT = 'chat ticket';

const ticketSchema = struct({ topic: topicIdSchema, peers: seq(endpointAddrSchema) });

/** A room and peers to enter it through, as the Rust example writes it: base32 without prefix. */
export interface ChatTicket {
  readonly topic: TopicId;
  readonly peers: readonly EndpointAddr[];
}

export function formatChatTicket(ticket: ChatTicket): string {
  return encodeBase32(encode(ticketSchema, ticket));
}

/** @throws ParseError */
export function parseChatTicket(text: string): ChatTicket {
  const bytes = decodeBase32(text.trim(), WHAT);
  try {
    return decode(ticketSchema, bytes);
  } catch (cause) {
    throw new ParseError(WHAT, cause instanceof Error ? cause.message : String(cause), { cause });
  }
}
