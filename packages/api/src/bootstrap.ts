import { type EndpointAddr, type EndpointId, ParseError, parseEndpointId, parseTicket } from '@grapevine/net';
import { anEndpointAddr, withoutPasting, wordKind } from '@grapevine/net/transport';
import { aString, describe } from '@grapevine/proto/check';

/** A peer that is in the topic already: a ticket (as people paste it), an address, or an id that the endpoint's address lookup knows. */
export type Bootstrap = string | EndpointId | EndpointAddr;

/**
 * The peer that a bootstrap entry means.
 *
 * @throws ParseError when a text is neither a ticket nor an endpoint id; TypeError, RangeError for anything else
 *
 * @example
 * ```ts
 * parseBootstrap(formatTicket(endpoint.addr())); // { id, addrs }
 * ```
 */
export function parseBootstrap(peer: Bootstrap): EndpointId | EndpointAddr {
  return parse('peer', peer);
}

/**
 * The peers that several entries mean: one entry, or an array of them.
 *
 * @param name - What the caller calls these entries, for error messages.
 * @throws ParseError, TypeError, RangeError as {@link parseBootstrap}, naming the entry
 */
export function parseBootstraps(
  name: string,
  peers: Bootstrap | readonly Bootstrap[],
): readonly (EndpointId | EndpointAddr)[] {
  CHECK: aString('name', name);
  if (Array.isArray(peers)) return peers.map((peer, i) => parse(`${name}[${i}]`, peer));
  return [parse(name, peers as Bootstrap)];
}

function parse(name: string, peer: Bootstrap): EndpointId | EndpointAddr {
  if (typeof peer === 'object' && peer !== null) {
    anEndpointAddr(name, peer);
    return peer;
  }
  if (typeof peer !== 'string') {
    throw new TypeError(`${name} must be a ticket, an EndpointId or an EndpointAddr, got ${describe(peer)}`);
  }
  const text = withoutPasting(peer).toLowerCase();
  if (text.startsWith('endpoint')) return parseTicket(text);
  try {
    return parseEndpointId(text);
  } catch (cause) {
    const kind = wordKind(text);
    const told = kind ? `it is ${kind}; ` : '';
    throw new ParseError('bootstrap peer', `${told}expected an endpoint ticket ("endpoint…") or an endpoint id`, {
      cause,
    });
  }
}
