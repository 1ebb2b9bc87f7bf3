import { type EndpointAddr, type EndpointId, ParseError, parseEndpointId, parseTicket } from '@grapevine/net';

/** A peer that is in the topic already: a ticket, an address, or an id that the endpoint's address lookup knows. */
export type Bootstrap = string | EndpointId | EndpointAddr;

/**
 * The peer that a bootstrap entry means.
 *
 * @throws ParseError when a text is neither a ticket nor an endpoint id
 *
 * @example
 * ```ts
 * parseBootstrap(formatTicket(endpoint.addr())); // { id, addrs }
 * ```
 */
export function parseBootstrap(peer: Bootstrap): EndpointId | EndpointAddr {
  if (typeof peer !== 'string') return peer;
  const text = peer.trim();
  if (text.startsWith('endpoint')) return parseTicket(text);
  try {
    return parseEndpointId(text);
  } catch (cause) {
    throw new ParseError('bootstrap peer', 'expected an endpoint ticket ("endpoint…") or an endpoint id', { cause });
  }
}
