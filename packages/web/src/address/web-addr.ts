import { type TransportAddr, WEB_TRANSPORT } from '@grapevine/net';
import { anArrayOf, aString, type Check, someBytes } from '@grapevine/net/transport';
import { array32, decode, encode, seq, string, struct } from '@grapevine/postcard';
import { MAX_HASHES } from '../identity/messages.js';

/** Where a listener is reached. */
export interface WebAddr {
  /** Host and port as in a URL: `192.0.2.1:8443`, `[2001:db8::1]:8443`, `hub.example.org:443`. */
  readonly authority: string;
  /** SHA-256 of its present and its next certificate. Empty: browsers trust its certificate by themselves. */
  readonly hashes: readonly Uint8Array[];
}

const anAddr: Check = (name, value) => aString(`${name}.type`, (value as TransportAddr | undefined)?.type);
const someAddrs = anArrayOf('TransportAddrs', anAddr);

const MAX_AUTHORITY = 255;
const webAddrSchema = struct({ authority: string, hashes: seq(array32) });

/** A listener's address as a transport address of an endpoint: in iroh's custom form, which Rust nodes ignore. */
export function webTransportAddr(addr: WebAddr): TransportAddr {
  CHECK: aString('addr.authority', addr?.authority);
  CHECK: anArrayOf('hashes', someBytes)('addr.hashes', addr.hashes);
  const { authority, hashes } = addr;
  return { type: 'custom', transport: WEB_TRANSPORT, data: encode(webAddrSchema, { authority, hashes: [...hashes] }) };
}

/** The addresses of an endpoint's listeners; all others are left out. */
export function webAddrs(addrs: readonly TransportAddr[]): WebAddr[] {
  CHECK: someAddrs('addrs', addrs);
  return addrs.flatMap((addr) => {
    if (addr.type !== 'custom' || addr.transport !== WEB_TRANSPORT) return [];
    try {
      const { authority, hashes } = decode(webAddrSchema, addr.data);
      if (authority.length > MAX_AUTHORITY || hashes.length > MAX_HASHES || !isAuthority(authority)) return [];
      return [{ authority, hashes }];
    } catch {
      return []; // written by another version of this package, or by a malicious node
    }
  });
}

/** Whether a text is a host and a port and nothing else. It comes from strangers and becomes part of a URL. */
function isAuthority(text: string): boolean {
  try {
    const url = new URL(`https://${text}/`);
    return url.pathname === '/' && url.username === '' && url.password === '' && url.search === '' && url.hash === '';
  } catch {
    return false;
  }
}

const PATH = '/.well-known/grapevine/';

/** The path of a protocol on a listener. */
export function pathOf(alpn: string): string {
  return PATH + encodeURIComponent(alpn);
}

/** The protocol that a path names; undefined for other paths. */
export function alpnOf(path: string): string | undefined {
  if (!path.startsWith(PATH)) return undefined;
  try {
    return decodeURIComponent(path.slice(PATH.length));
  } catch {
    return undefined;
  }
}
