import { aString } from '@grapevine/proto/check';
import { ParseError } from '../errors.js';
import { compareBytes } from '../util/bytes.js';
import { isIPv4, isIPv6 } from './ip-text.js';

/** An IP address with a port. `host` is canonical: dotted IPv4, or IPv6 as RFC 5952 writes it, without brackets or zone. */
export interface SocketAddr {
  readonly host: string;
  readonly port: number;
}

const WHAT = 'socket address';

// Characters of addresses.
const ZERO = 48;
const NINE = 57;
const COLON = 58;
const LETTER_A = 97;
/** Set in letters of lower case. */
const LOWER_CASE = 32;

/**
 * Builds a socket address, in canonical spelling.
 *
 * @throws ParseError if the host is not an IP address or the port not in 0–65535
 */
export function socketAddr(host: string, port: number): SocketAddr {
  aString('host', host);
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new ParseError(WHAT, `${port} is not a port (0-65535)`);
  if (isIPv4(host)) return { host, port };
  const bare = host.replace(/%.*$/, '');
  if (!isIPv6(bare)) throw new ParseError(WHAT, `${JSON.stringify(host)} is not an IP address`);
  return { host: canonicalIPv6(bare), port };
}

/**
 * Parses `127.0.0.1:4433` or `[::1]:4433`.
 *
 * @throws ParseError
 */
export function parseSocketAddr(text: string): SocketAddr {
  aString('socket address', text);
  const match = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(text);
  if (!match) throw new ParseError(WHAT, `expected HOST:PORT or [IPV6]:PORT, got ${JSON.stringify(text)}`);
  return socketAddr((match[1] ?? match[2]) as string, Number(match[3]));
}

/** The text form that {@link parseSocketAddr} reads. */
export function formatSocketAddr(addr: SocketAddr): string {
  const { host, port } = socketAddr(addr?.host, addr?.port);
  return isIPv4(host) ? `${host}:${port}` : `[${host}]:${port}`;
}

/** The 4 or 16 octets of an IP address in canonical spelling. Lists from peers are full of these, so nothing is split or matched. */
export function ipToOctets(host: string): Uint8Array {
  return host.includes(':') ? ipv6ToOctets(host) : ipv4ToOctets(host, new Uint8Array(4), 0);
}

function ipv4ToOctets(text: string, octets: Uint8Array, from: number): Uint8Array {
  let at = from;
  let octet = 0;
  for (let i = text.lastIndexOf(':') + 1; i < text.length; i++) {
    const digit = text.charCodeAt(i) - ZERO;
    if (digit >= 0) octet = octet * 10 + digit;
    else {
      octets[at++] = octet;
      octet = 0;
    }
  }
  octets[at] = octet;
  return octets;
}

function ipv6ToOctets(text: string): Uint8Array {
  const octets = new Uint8Array(16);
  const hasIPv4 = text.includes('.');
  const end = hasIPv4 ? text.lastIndexOf(':') + 1 : text.length;
  let at = 0;
  let group = 0;
  let digits = 0;
  /** Where `::` stands. */
  let gap = -1;
  const push = () => {
    octets[at++] = group >>> 8;
    octets[at++] = group & 0xff;
    group = digits = 0;
  };
  for (let i = 0; i < end; i++) {
    const code = text.charCodeAt(i);
    if (code !== COLON) {
      group = group * 16 + (code <= NINE ? code - ZERO : (code | LOWER_CASE) - LETTER_A + 10);
      digits++;
    } else if (digits > 0) push();
    else gap = at;
  }
  if (digits > 0) push();
  if (hasIPv4) {
    ipv4ToOctets(text, octets, at);
    at += 4;
  }
  if (gap >= 0) {
    octets.copyWithin(16 - (at - gap), gap, at);
    octets.fill(0, gap, 16 - (at - gap));
  }
  return octets;
}

/** The canonical spelling of 4 or 16 octets. */
export function ipFromOctets(octets: Uint8Array): string {
  if (octets.length === 4) return octets.join('.');
  return formatIPv6(Array.from({ length: 8 }, (_, i) => ((octets[2 * i] ?? 0) << 8) | (octets[2 * i + 1] ?? 0)));
}

/** IPv4 before IPv6, then by octets, then by port: the order in which the wire format sorts address sets. */
export function compareSocketAddrs(a: SocketAddr, b: SocketAddr): number {
  const left = ipToOctets(a.host);
  const right = ipToOctets(b.host);
  return left.length - right.length || compareBytes(left, right) || a.port - b.port;
}

/** Whether an address is the machine itself (127.0.0.0/8, ::1). */
export function isLoopback(addr: SocketAddr): boolean {
  CHECK: aString('addr.host', addr?.host);
  return addr.host === '::1' || /^127\./.test(addr.host) || /^::ffff:7f/.test(addr.host);
}

/** Whether packets can be sent to an address at all: a real port, not unspecified, not multicast, not broadcast. */
export function isDialable(addr: SocketAddr): boolean {
  CHECK: aString('addr.host', addr?.host);
  if (addr.port === 0) return false;
  const octets = ipToOctets(addr.host);
  const first = octets[0] ?? 0;
  if (octets.length === 4) return first !== 0 && first < 224;
  return first !== 0xff && octets.some((octet) => octet !== 0);
}

/**
 * RFC 5952, section 4: the first of the longest runs of at least two zero groups becomes `::`. Lists from peers are full of these, so no URL is made.
 */
function formatIPv6(groups: readonly number[]): string {
  let [start, length] = [0, 1];
  for (let i = 0, run = 0; i < groups.length; i++) {
    run = groups[i] === 0 ? run + 1 : 0;
    if (run > length) [start, length] = [i - run + 1, run];
  }
  const text = (part: readonly number[]) => part.map((group) => group.toString(16)).join(':');
  if (length < 2) return text(groups);
  return `${text(groups.slice(0, start))}::${text(groups.slice(start + length))}`;
}

/** WHATWG URLs spell IPv6 as RFC 5952 says. */
function canonicalIPv6(host: string): string {
  return new URL(`http://[${host}]`).hostname.slice(1, -1);
}
