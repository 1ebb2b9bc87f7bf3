import {
  array32,
  bytes,
  decode,
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
import { type EndpointId, endpointIdFromBytes, endpointIdToBytes } from '../identity/endpoint-id.js';
import { type EndpointAddr, normalizeAddrs, type TransportAddr } from './endpoint-addr.js';
import { ipFromOctets, ipToOctets, type SocketAddr, socketAddr } from './socket-addr.js';

/** An endpoint id on the wire: 32 raw bytes that must be a curve point. */
export const endpointIdSchema: Schema<EndpointId> = mapped(array32, {
  decode: endpointIdFromBytes,
  encode: endpointIdToBytes,
});

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
  decode: ({ octets, port }) => socketAddr(ipFromOctets(octets), port),
  encode: ({ host, port }) => {
    const octets = ipToOctets(host);
    return { type: octets.length === 4 ? 'v4' : 'v6', octets, port };
  },
});

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

const addrInfoSchema = struct({
  relayUrl: option(relayUrl),
  directAddresses: seq(socketAddrSchema),
});

/** The peer data that gossip carries: how an endpoint is reached, by its first relay and its direct addresses. */
export function encodeAddrInfo(addrs: readonly TransportAddr[]): Uint8Array {
  const normalized = normalizeAddrs(addrs);
  const relay = normalized.find((addr) => addr.type === 'relay');
  return encode(addrInfoSchema, {
    relayUrl: relay?.url,
    directAddresses: normalized.flatMap((addr) => (addr.type === 'ip' ? [addr.addr] : [])),
  });
}

/**
 * Reads peer data. Empty bytes mean "no addresses".
 *
 * @throws DecodeError
 */
export function decodeAddrInfo(data: Uint8Array): TransportAddr[] {
  if (data.length === 0) return [];
  const { relayUrl: url, directAddresses } = decode(addrInfoSchema, data);
  const relays: TransportAddr[] = url === undefined ? [] : [{ type: 'relay', url }];
  return normalizeAddrs([...relays, ...directAddresses.map((addr): TransportAddr => ({ type: 'ip', addr }))]);
}
