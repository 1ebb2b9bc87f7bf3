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
function advertisedAddrs({ host, port }: SocketAddr): SocketAddr[] {
  if (host !== '0.0.0.0' && host !== '::') return [{ host, port }];
  const addrs = Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ address, scopeid }) => (host === '::' || isIPv4(address)) && !scopeid)
    .map(({ address }) => ({ host: address, port }));
  return [...addrs.filter((addr) => !isLoopback(addr)), ...addrs.filter(isLoopback)];
}

/** All addresses of a bound socket for others; those that the user advertises come first. */
export function addrsOf(bound: SocketAddr, advertised: readonly SocketAddr[]): SocketAddr[] {
  const said = advertised.map(({ host, port }) => ({ host, port: port || bound.port }));
  const isSaid = ({ host, port }: SocketAddr) => said.some((addr) => addr.host === host && addr.port === port);
  return [...said, ...advertisedAddrs(bound).filter((addr) => !isSaid(addr))];
}

/**
 * What to tell the user about a socket that is bound to all addresses of a machine that has several; undefined if there is nothing.
 *
 * Node does not tell at which of our addresses a datagram arrived, and does not let us choose the one to send from. The operating system chooses by
 * its routes, and a peer that dialed another of our addresses must ignore the answer (RFC 9000, section 9).
 */
export function severalAddressesHint(bound: SocketAddr, reached = advertisedAddrs(bound)): string | undefined {
  const addrs = reached.filter((addr) => !isLoopback(addr));
  const isAmbiguous = [true, false].some((four) => addrs.filter(({ host }) => isIPv4(host) === four).length > 1);
  if (!isAmbiguous) return undefined;
  return (
    `bound to every address of this machine (${addrs.map(({ host }) => host).join(', ')}): answers leave from the one that the ` +
    'route to the peer has, and peers that dial another do not connect. To be reached at one of them, bind to it'
  );
}
