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
  return isIPv4(addr.host) ? `${addr.host}:${addr.port}` : `[${addr.host}]:${addr.port}`;
}

/** The 4 or 16 octets of an IP address in canonical spelling. */
export function ipToOctets(host: string): Uint8Array {
  if (isIPv4(host)) return Uint8Array.from(host.split('.'), Number);
  const [head = '', tail] = embeddedIPv4ToGroups(host).split('::');
  const groups = (part: string | undefined) => (part ? part.split(':').map((group) => Number.parseInt(group, 16)) : []);
  const front = groups(head);
  const back = groups(tail);
  const all = [...front, ...new Array<number>(8 - front.length - back.length).fill(0), ...back];
  return Uint8Array.from(all.flatMap((group) => [group >>> 8, group & 0xff]));
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
  return addr.host === '::1' || /^127\./.test(addr.host) || /^::ffff:7f/.test(addr.host);
}

/** Whether packets can be sent to an address at all: a real port, not unspecified, not multicast, not broadcast. */
export function isDialable(addr: SocketAddr): boolean {
  if (addr.port === 0) return false;
  const octets = ipToOctets(addr.host);
  const first = octets[0] ?? 0;
  if (octets.length === 4) return first !== 0 && first < 224;
  return first !== 0xff && octets.some((octet) => octet !== 0);
}

/** RFC 5952, section 4: the first of the longest runs of at least two zero groups becomes `::`. Lists from peers are full of these, so no URL is made. */
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

function embeddedIPv4ToGroups(host: string): string {
  return host.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_, a, b, c, d) => {
    const group = (high: string, low: string) => ((Number(high) << 8) | Number(low)).toString(16);
    return `${group(a, b)}:${group(c, d)}`;
  });
}
