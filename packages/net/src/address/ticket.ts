import { decode, encode, enumOf } from '@grapevine/postcard';
import { aString } from '@grapevine/proto/check';
import { ParseError } from '../errors.js';
import { decodeBase32, encodeBase32 } from '../util/base32.js';
import { anEndpointAddr } from '../util/checks.js';
import { endpointAddrSchema } from './codec.js';
import type { EndpointAddr } from './endpoint-addr.js';
import { wordKind } from './word-kind.js';

const WHAT = 'endpoint ticket';
const PREFIX = 'endpoint';

/** What mail programs, chats and shells put around words and into them; the last ones take no space at all. */
const PASTED = /[\s"'`<>\xab\xbb\u2018-\u201a\u201c-\u201e\u2039\u203a\u200b-\u200d\u2060\ufeff\u00ad]/g;

/** A word without what was pasted with it. */
export function withoutPasting(text: string): string {
  CHECK: aString('text', text);
  return text.replace(PASTED, '');
}

/** The only version there is has discriminant 0. */
const ticketSchema = enumOf({ variant1: { addr: endpointAddrSchema } });

/**
 * An endpoint's id and addresses as one word, `endpoint…`: what a person sends to a friend. The format of iroh-tickets 1.0.
 *
 * @example
 * ```ts
 * const ticket = formatTicket(endpoint.addr());
 * await gossip.subscribe(topic, { bootstrap: [parseTicket(ticket)] });
 * ```
 */
export function formatTicket(addr: EndpointAddr): string {
  anEndpointAddr('addr', addr);
  return PREFIX + encodeBase32(encode(ticketSchema, { type: 'variant1', addr }));
}

/**
 * Reads a ticket as people paste it: white space, line breaks, quotes and brackets around or in it are ignored, and so is its case. Bytes behind its
 * end are ignored as well, as by iroh-tickets: of two tickets that were pasted together the first counts.
 *
 * @throws ParseError saying what is wrong with it
 */
export function parseTicket(text: string): EndpointAddr {
  aString('ticket', text);
  const word = withoutPasting(text).toLowerCase();
  if (!word.startsWith(PREFIX)) {
    const kind = wordKind(word);
    throw new ParseError(WHAT, kind ? `it is ${kind}; expected "${PREFIX}…"` : `it does not begin with "${PREFIX}"`);
  }
  const bytes = decodeBase32(word.slice(PREFIX.length), WHAT);
  try {
    return decode(ticketSchema, bytes).addr;
  } catch (cause) {
    throw new ParseError(WHAT, cause instanceof Error ? cause.message : String(cause), { cause });
  }
}
