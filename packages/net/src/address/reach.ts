import { anEndpointAddr } from '../util/checks.js';
import type { EndpointAddr } from './endpoint-addr.js';
import { formatSocketAddr, ipToOctets, isDialable, isLoopback, type SocketAddr } from './socket-addr.js';

/** From where an endpoint can be reached, as far as its addresses tell: behind a firewall it may be less. */
export type Reach =
  /** A relay, or an address of the Internet. */
  | 'anywhere'
  /** Addresses of a local network, or of a container: RFC 1918, RFC 4193, RFC 6598, and link-local ones. */
  | 'network'
  /** Loopback alone. */
  | 'machine'
  /** No address at all: only those who can look the id up find it. */
  | 'nowhere';

const FARTHEST_FIRST: readonly Reach[] = ['anywhere', 'network', 'machine'];

/**
 * From where others reach an endpoint at the addresses in its ticket.
 *
 * @throws TypeError, RangeError when it is no address
 *
 * @example
 * ```ts
 * if (reachOf(endpoint.addr()) === 'machine') console.warn('nobody else can use this ticket');
 * ```
 */
export function reachOf(addr: EndpointAddr): Reach {
  anEndpointAddr('addr', addr);
  const { addrs } = addr;
  const reaches = addrs.map((way) => (way.type === 'ip' ? reachOfIp(way.addr) : 'anywhere'));
  return FARTHEST_FIRST.find((reach) => reaches.includes(reach)) ?? 'nowhere';
}

/** What to tell somebody who is about to hand out a ticket that others can't use; undefined when some can. */
export function reachWarning(addr: EndpointAddr): string | undefined {
  const reach = reachOf(addr);
  const where = addr.addrs.flatMap((way) => (way.type === 'ip' ? [formatSocketAddr(way.addr)] : [])).join(', ');
  switch (reach) {
    case 'anywhere':
    case 'network':
      return undefined;
    case 'machine':
      return `only this machine reaches ${where}: others can't use the ticket. Bind to another address, or advertise the one where others reach us`;
    case 'nowhere':
      return "the ticket holds no address: others can use it only if they find the id's address elsewhere";
  }
}

function reachOfIp(addr: SocketAddr): Reach {
  if (!isDialable(addr)) return 'nowhere';
  if (isLoopback(addr)) return 'machine';
  return isPrivate(ipToOctets(addr.host)) ? 'network' : 'anywhere';
}

function isPrivate(octets: Uint8Array): boolean {
  const [first = 0, second = 0] = octets;
  if (octets.length === 16) {
    if (isMappedIPv4(octets)) return isPrivate(octets.subarray(12));
    return (first & 0xfe) === 0xfc || (first === 0xfe && (second & 0xc0) === 0x80);
  }
  return (
    first === 10 ||
    (first === 172 && (second & 0xf0) === 16) ||
    (first === 192 && second === 168) ||
    (first === 169 && second === 254) ||
    (first === 100 && (second & 0xc0) === 64)
  );
}

/** ::ffff:0:0/96, as a socket for both families spells IPv4. */
function isMappedIPv4(octets: Uint8Array): boolean {
  return octets.every((octet, i) => i >= 12 || octet === (i < 10 ? 0 : 0xff));
}
