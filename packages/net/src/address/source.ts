import { aString } from '@grapevine/proto/check';
import { toHex } from '../util/hex.js';
import type { TransportAddr } from './endpoint-addr.js';
import { ipToOctets } from './socket-addr.js';

/**
 * Who is behind an address, as far as anybody can tell: an IPv4 host, or a /64 of IPv6, which is what one subscriber line or one
 * rented server usually gets (RFC 6177). Limits count sources and not identities, since a key costs a microsecond.
 *
 * A relay or a custom transport says nothing about the host behind it: undefined.
 */
export function sourceOf(addr: TransportAddr | undefined): string | undefined {
  if (addr === undefined) return undefined;
  CHECK: aString('addr.type', addr?.type);
  if (addr.type !== 'ip') return undefined;
  CHECK: aString('addr.addr.host', addr.addr?.host);
  return sourceOfHost(addr.addr.host);
}

/**
 * Who may be behind many sources: the /48 of an IPv6 source, which is the most that a site is given (RFC 6177); an IPv4 host by itself. Where
 * something runs short, networks count before sources: 65,536 sources cost one subscriber line.
 */
export function networkOf(source: string): string {
  return source.endsWith('/64') ? `${source.slice(0, 12)}/48` : source;
}

/** As {@link sourceOf}, of an IP address in canonical spelling. */
export function sourceOfHost(host: string): string {
  const octets = ipToOctets(host);
  if (octets.length === 4) return host;
  const isMapped = octets.every((octet, i) => i >= 12 || octet === (i < 10 ? 0 : 0xff));
  if (isMapped) return octets.subarray(12).join('.');
  return `${toHex(octets.subarray(0, 8))}/64`;
}
