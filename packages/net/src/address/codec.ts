import {
  array32,
  bytes,
  DecodeError,
  decode,
  decodeWithRest,
  encode,
  enumOf,
  type Infer,
  mapped,
  option,
  type Reader,
  type Schema,
  seq,
  string,
  struct,
  u16,
  u64,
  type Writer,
} from '@grapevine/postcard';
import { hexId32 } from '@grapevine/proto';
import { anArrayOf, someBytes } from '@grapevine/proto/check';
import { type EndpointId, endpointIdFromBytes, endpointIdToBytes } from '../identity/endpoint-id.js';
import { compareBytes } from '../util/bytes.js';
import { aTransportAddr } from '../util/checks.js';
import { type EndpointAddr, normalizeAddrs, type TransportAddr } from './endpoint-addr.js';
import { ipFromOctets, ipToOctets, type SocketAddr } from './socket-addr.js';

/** An endpoint id on the wire: 32 raw bytes that must be a curve point. */
export const endpointIdSchema: Schema<EndpointId> = mapped(array32, {
  decode: endpointIdFromBytes,
  encode: endpointIdToBytes,
});

/**
 * An endpoint id that somebody names: 32 raw bytes that need not be a curve point. The check takes a tenth of a millisecond, and a list may have a
 * hundred of them; so an id is checked when it is used, and a dialed peer proves it anyway.
 */
export const namedIdSchema = hexId32 as unknown as Schema<EndpointId>;

/** Some raw bytes, without a length. */
function rawBytes(length: number): Schema<Uint8Array> {
  return {
    minLength: length,
    size: () => length,
    write: (writer: Writer, value: Uint8Array) => writer.raw(value),
    read: (reader: Reader) => reader.raw(length),
  };
}

const wireSocketAddr = enumOf({ v4: { octets: rawBytes(4), port: u16 }, v6: { octets: rawBytes(16), port: u16 } });

const socketAddrSchema = mapped<Infer<typeof wireSocketAddr>, SocketAddr>(wireSocketAddr, {
  decode: ({ octets, port }) => ({ host: ipFromOctets(octets), port }),
  encode: toWire,
});

function toWire({ host, port }: SocketAddr): Infer<typeof wireSocketAddr> {
  const octets = ipToOctets(host);
  return { type: octets.length === 4 ? 'v4' : 'v6', octets, port };
}

/** A relay's URL in its WHATWG serialisation. */
const relayUrl: Schema<string> = mapped(string, {
  decode: (text) => new URL(text).href,
  encode: (url) => new URL(url).href,
});

/** A byte string since iroh-base 1.1. The form of 1.0, a field of fixed size, can't be told from it and is not read. */
const customData: Schema<Uint8Array> = mapped(bytes, {
  decode: (data) => new Uint8Array(data), // a copy: addresses outlive the message that brought them
  encode: (data) => data,
});

const transportAddrSchema: Schema<TransportAddr> = enumOf({
  relay: { url: relayUrl },
  ip: { addr: socketAddrSchema },
  custom: { transport: u64, data: customData },
});

/** Sorted and each once, as Rust's `BTreeSet` is written; any order is read. */
const transportAddrSet = mapped<readonly TransportAddr[], readonly TransportAddr[]>(seq(transportAddrSchema), {
  decode: normalizeAddrs,
  encode: normalizeAddrs,
});

/** An endpoint with its addresses, as tickets carry it. */
export const endpointAddrSchema: Schema<EndpointAddr> = struct({ id: endpointIdSchema, addrs: transportAddrSet });

/** Addresses of one endpoint that are read: nobody has more, and a peer that names hundreds wants our time. */
const MAX_READ_ADDRS = 16;

/** The last field of something: elements beyond the first few are not looked at, and neither is what follows them. */
function firstOf<T>(element: Schema<T>, max: number): Schema<readonly T[]> {
  return {
    ...seq(element),
    read: (reader: Reader) => Array.from({ length: Math.min(reader.count(), max) }, () => element.read(reader)),
  };
}

type WireSocketAddr = Infer<typeof wireSocketAddr>;

/** Sorted, each once. This happens while they are octets: with texts it would take ten times as long. */
const directAddressSet = mapped<readonly WireSocketAddr[], readonly SocketAddr[]>(
  firstOf(wireSocketAddr, MAX_READ_ADDRS),
  {
    decode: (addrs) =>
      [...addrs]
        .sort(compareWireAddrs)
        .filter((addr, i, sorted) => i === 0 || compareWireAddrs(sorted[i - 1] as WireSocketAddr, addr) !== 0)
        .map(({ octets, port }) => ({ host: ipFromOctets(octets), port })),
    encode: (addrs) => addrs.map(toWire),
  },
);

function compareWireAddrs(a: WireSocketAddr, b: WireSocketAddr): number {
  return a.octets.length - b.octets.length || compareBytes(a.octets, b.octets) || a.port - b.port;
}

const addrInfoSchema = struct({ relayUrl: option(relayUrl), directAddresses: directAddressSet });

/** Custom addresses of one endpoint that are written and read: a web listener has one. */
const MAX_CUSTOM = 4;
/** Bytes of a custom address that are read: a web address has up to 400. */
const MAX_CUSTOM_BYTES = 512;

/** What stands behind an AddrInfo: the reference has no place for custom addresses, and does not look at what follows. */
const customAddrSet = firstOf(struct({ transport: u64, data: customData }), MAX_CUSTOM);

/**
 * The peer data that gossip carries: how an endpoint is reached, by its first relay and its direct addresses, as the reference has it; and
 * behind that, where there are any, the first 4 custom addresses.
 */
export function encodeAddrInfo(addrs: readonly TransportAddr[]): Uint8Array {
  CHECK: anArrayOf('TransportAddrs', aTransportAddr)('addrs', addrs);
  const normalized = normalizeAddrs(addrs);
  const relay = normalized.find((addr) => addr.type === 'relay');
  const info = encode(addrInfoSchema, {
    relayUrl: relay?.url,
    directAddresses: normalized.flatMap((addr) => (addr.type === 'ip' ? [addr.addr] : [])),
  });
  const customs = normalized.filter((addr) => addr.type === 'custom').slice(0, MAX_CUSTOM);
  return customs.length === 0 ? info : Uint8Array.of(...info, ...encode(customAddrSet, customs));
}

/**
 * Reads peer data: the relay, the first 16 direct addresses and, where there are no more of those, custom ones. Empty bytes mean "no addresses".
 *
 * @throws DecodeError
 */
export function decodeAddrInfo(data: Uint8Array): TransportAddr[] {
  CHECK: someBytes('data', data);
  if (data.length === 0) return [];
  const { value, rest } = decodeWithRest(addrInfoSchema, data);
  const { relayUrl: url, directAddresses } = value;
  const relays: TransportAddr[] = url === undefined ? [] : [{ type: 'relay', url }];
  const direct = directAddresses.map((addr): TransportAddr => ({ type: 'ip', addr }));
  return [...relays, ...direct, ...(directAddresses.length < MAX_READ_ADDRS ? decodeCustoms(rest) : [])];
}

/** What follows may be of another version, or of another program: then there is nothing in it for us. */
function decodeCustoms(data: Uint8Array): TransportAddr[] {
  if (data.length === 0) return [];
  try {
    const customs = decode(customAddrSet, data).filter((custom) => custom.data.length <= MAX_CUSTOM_BYTES);
    return customs.map(({ transport, data: bytes }): TransportAddr => ({ type: 'custom', transport, data: bytes }));
  } catch (error) {
    if (error instanceof DecodeError) return [];
    throw error;
  }
}
