import { anArrayOf } from '@grapevine/proto/check';
import type { EndpointId } from '../identity/endpoint-id.js';
import { compareBytes } from '../util/bytes.js';
import { anEndpointAddr, anEndpointId, aSocketAddr } from '../util/checks.js';
import { compareSocketAddrs, type SocketAddr } from './socket-addr.js';

const encoder = new TextEncoder();

/** One way to reach an endpoint. */
export type TransportAddr =
  | { readonly type: 'relay'; readonly url: string }
  | { readonly type: 'ip'; readonly addr: SocketAddr }
  | { readonly type: 'custom'; readonly transport: bigint; readonly data: Uint8Array };

/** Who and where: an endpoint id with the ways to reach it (maybe none). */
export interface EndpointAddr {
  readonly id: EndpointId;
  readonly addrs: readonly TransportAddr[];
}

/** An endpoint address from an id and socket addresses: the common case. */
export function endpointAddr(id: EndpointId, ...addrs: readonly SocketAddr[]): EndpointAddr {
  CHECK: anEndpointId('id', id);
  CHECK: anArrayOf('SocketAddrs', aSocketAddr)('addrs', addrs);
  return { id, addrs: addrs.map((addr) => ({ type: 'ip', addr })) };
}

/** The socket addresses among the ways to reach an endpoint. */
export function directAddrs(addr: EndpointAddr): SocketAddr[] {
  CHECK: anEndpointAddr('addr', addr);
  return addr.addrs.flatMap((way) => (way.type === 'ip' ? [way.addr] : []));
}

const KINDS: readonly TransportAddr['type'][] = ['relay', 'ip', 'custom'];

/** The order in which the wire format sorts: relays, then IP addresses, then custom ones. */
export function compareTransportAddrs(a: TransportAddr, b: TransportAddr): number {
  if (a.type === 'relay' && b.type === 'relay') return compareBytes(encoder.encode(a.url), encoder.encode(b.url));
  if (a.type === 'ip' && b.type === 'ip') return compareSocketAddrs(a.addr, b.addr);
  if (a.type === 'custom' && b.type === 'custom') {
    return a.transport < b.transport ? -1 : a.transport > b.transport ? 1 : compareBytes(a.data, b.data);
  }
  return KINDS.indexOf(a.type) - KINDS.indexOf(b.type);
}

/** Sorted, each way once: how address sets stand on the wire. */
export function normalizeAddrs(addrs: Iterable<TransportAddr>): TransportAddr[] {
  const sorted = [...addrs].sort(compareTransportAddrs);
  return sorted.filter((addr, i) => i === 0 || compareTransportAddrs(sorted[i - 1] as TransportAddr, addr) !== 0);
}
