import { isIPv4 } from 'node:net';
import { networkInterfaces } from 'node:os';
import { isLoopback, type SocketAddr } from '../address/socket-addr.js';

/**
 * The addresses at which a bound socket can be reached.
 *
 * A socket bound to one address is there. One bound to all of them is at the address of every interface, loopback last: others
 * on this machine may use it, others elsewhere try it last. Link-local IPv6 addresses are left out, as they mean nothing
 * without a zone.
 */
export function advertisedAddrs({ host, port }: SocketAddr): SocketAddr[] {
  if (host !== '0.0.0.0' && host !== '::') return [{ host, port }];
  const addrs = Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ address, scopeid }) => (host === '::' || isIPv4(address)) && !scopeid)
    .map(({ address }) => ({ host: address, port }));
  return [...addrs.filter((addr) => !isLoopback(addr)), ...addrs.filter(isLoopback)];
}
