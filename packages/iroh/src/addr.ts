import {
  type EndpointAddr,
  type EndpointId,
  formatSocketAddr,
  parseEndpointId,
  parseSocketAddr,
  type TransportAddr,
} from '@grapevine/net';
import { isDialable } from '@grapevine/net/transport';
import { iroh, type NativeAddr } from './binding.js';

/** An address as the binding gives it. */
export function fromNativeAddr(native: NativeAddr): EndpointAddr {
  const relay = native.relayUrl();
  return {
    id: parseEndpointId(native.id().toString()),
    addrs: [
      ...(relay === null ? [] : [{ type: 'relay', url: relay } as const]),
      ...native.directAddresses().map((text) => ({ type: 'ip', addr: parseSocketAddr(text) }) as const),
    ],
  };
}

/** An address as the binding takes it: one relay at most, and no custom transports. */
export function toNativeAddr(id: EndpointId, addrs: readonly TransportAddr[]): NativeAddr {
  const relay = addrs.find((addr) => addr.type === 'relay');
  const direct = addrs.flatMap((addr) =>
    addr.type === 'ip' && isDialable(addr.addr) ? [formatSocketAddr(addr.addr)] : [],
  );
  return new iroh.EndpointAddr(iroh.EndpointId.fromString(id), relay?.url, direct);
}

/** The address of a path: a socket address, or a relay with the id behind it. */
export function pathAddr(path: {
  readonly remoteAddr: string;
  readonly isIp: boolean;
  readonly isRelay: boolean;
}): TransportAddr | undefined {
  if (path.isIp) return { type: 'ip', addr: parseSocketAddr(path.remoteAddr) };
  const url = path.isRelay ? /https?:\/\/[^\s,)"]+/.exec(path.remoteAddr)?.[0] : undefined;
  return url === undefined ? undefined : { type: 'relay', url };
}
