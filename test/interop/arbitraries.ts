import { type EndpointAddr, SecretKey, socketAddr, type TransportAddr } from '@grapevine/net';
import { type Message, messageIdFromBytes, topicIdFromBytes } from '@grapevine/proto';
import fc from 'fast-check';
import { ipFromOctets } from '../../packages/net/src/address/socket-addr.js';
import type { WireKindName } from './wire-kinds.js';

// Values of ours for Rust to read.

const bytesOf = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
/** A number, often at an edge of its encoding. */
const number = fc.oneof(fc.constantFrom(0, 1, 127, 128, 16_383, 16_384, 65_535), fc.integer({ min: 0, max: 65_535 }));
const content = fc.oneof(
  { weight: 8, arbitrary: fc.uint8Array({ maxLength: 200, size: 'max' }) },
  { weight: 1, arbitrary: fc.constantFrom(127, 128, 4_055).chain(bytesOf) },
);
const ids = Array.from({ length: 32 }, (_, i) => SecretKey.fromBytes(new Uint8Array(32).fill(i + 1)).id);
const id = fc.constantFrom(...ids);
const messageId = bytesOf(32).map(messageIdFromBytes);
const topic = bytesOf(32).map(topicIdFromBytes);
const data = fc.option(content, { nil: undefined });
const peerInfo = fc.record({ id, data });
const nodes = fc.array(peerInfo, { maxLength: 9, size: 'max' });
const scope = fc.oneof(
  fc.record({ type: fc.constant('swarm' as const), round: number }),
  fc.record({ type: fc.constant('neighbors' as const) }),
);
/** A set, as serde describes it. */
const sortedIds = fc.array(id, { maxLength: 9 }).map((some) => [...new Set(some)].sort());
const ihave = fc.record({ id: messageId, round: number });

/** Arbitrary messages of each kind, by name. */
export const messages: Record<string, fc.Arbitrary<Message<string>>> = {
  join: fc.record({ type: fc.constant('join' as const), data }),
  forwardJoin: fc.record({ type: fc.constant('forwardJoin' as const), peer: peerInfo, ttl: number }),
  shuffle: fc.record({ type: fc.constant('shuffle' as const), origin: id, nodes, ttl: number }),
  shuffleReply: fc.record({ type: fc.constant('shuffleReply' as const), nodes }),
  neighbor: fc.record({
    type: fc.constant('neighbor' as const),
    priority: fc.constantFrom('high' as const, 'low' as const),
    data,
  }),
  disconnect: fc.record({ type: fc.constant('disconnect' as const), alive: fc.boolean(), respond: fc.boolean() }),
  gossip: fc.record({ type: fc.constant('gossip' as const), id: messageId, content, scope }),
  prune: fc.constant({ type: 'prune' as const }),
  graft: fc.record({
    type: fc.constant('graft' as const),
    id: fc.option(messageId, { nil: undefined }),
    round: number,
  }),
  ihave: fc.record({
    type: fc.constant('ihave' as const),
    messages: fc.oneof(
      { weight: 9, arbitrary: fc.array(ihave, { maxLength: 8 }) },
      { weight: 1, arbitrary: fc.array(ihave, { minLength: 116, maxLength: 116 }) },
    ),
  }),
};

const ip: fc.Arbitrary<TransportAddr> = fc
  .tuple(fc.oneof(bytesOf(4), bytesOf(16), bytesOf(4).map(mapped)), number)
  .map(([octets, port]) => ({ type: 'ip', addr: socketAddr(ipFromOctets(octets), port) }));
const relay: fc.Arbitrary<TransportAddr> = fc
  .constantFrom(
    'https://example.com/',
    'http://127.0.0.1:3340/',
    'https://[2001:db8::1]:8443/',
    'https://r.example./a?b',
  )
  .map((url) => ({ type: 'relay', url }));
const custom: fc.Arbitrary<TransportAddr> = fc.record({
  type: fc.constant('custom' as const),
  transport: fc.maxSafeNat().map(BigInt), // JSON has no larger ones
  data: fc.constantFrom(0, 1, 29, 30, 31, 32, 200).chain(bytesOf),
});
const address: fc.Arbitrary<EndpointAddr> = fc.record({
  id,
  addrs: fc.array(fc.oneof(ip, relay, custom), { maxLength: 6, size: 'max' }),
});

/** Arbitrary values of each kind. Addresses come in any order, as programs give them. */
export const values: Record<Exclude<WireKindName, 'topicMessage'>, fc.Arbitrary<unknown>> = {
  streamHeader: topic,
  addrInfo: fc.array(fc.oneof(ip, relay), { maxLength: 6, size: 'max' }).map(oneRelay),
  endpointAddr: address,
  endpointTicket: address,
  chatTicket: fc.record({ topic, peers: fc.array(address, { maxLength: 4 }) }),
  rpcRequest: fc.record({ type: fc.constant('join' as const), topic, bootstrap: sortedIds }),
  rpcCommand: fc.oneof(
    fc.record({ type: fc.constantFrom('broadcast' as const, 'broadcastNeighbors' as const), content }),
    fc.record({ type: fc.constant('joinPeers' as const), peers: fc.array(id, { maxLength: 9 }) }),
  ),
  rpcEvent: fc.oneof(
    fc.record({ type: fc.constantFrom('neighborUp' as const, 'neighborDown' as const), peer: id }),
    fc.record({ type: fc.constant('received' as const), content, scope, deliveredFrom: id }),
    fc.constant({ type: 'lagged' as const }),
  ),
};

/** An IPv4 address as an IPv6 one. */
function mapped(octets: Uint8Array): Uint8Array {
  return Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, ...octets);
}

/** Peer data has room for one relay. */
function oneRelay(addrs: TransportAddr[]): TransportAddr[] {
  const first = addrs.find(({ type }) => type === 'relay');
  return addrs.filter((addr) => addr.type !== 'relay' || addr === first);
}
