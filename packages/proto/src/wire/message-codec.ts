import {
  bool,
  bytes,
  type EnumSchema,
  enumOf,
  flatEnum,
  option,
  type Schema,
  struct,
  u16,
  unitEnum,
} from '@grapevine/postcard';
import { anInteger, anObjectWith, checkOptions } from '../check/index.js';
import { cutList } from './cut-list.js';
import type { HyParViewMessage, Message } from './message.js';
import { plumTreeMessage } from './plumtree-codec.js';

function hyParViewMessage<P>(peer: Schema<P>, maxListedNodes: number): EnumSchema<HyParViewMessage<P>> {
  const peerData = option(bytes);
  const peerInfo = struct({ id: peer, data: peerData });
  const nodes = cutList(peerInfo, maxListedNodes);
  // TypeScript cannot see through the mapped types of `enumOf` while P is open; each call with a real P is checked by the tests.
  return enumOf({
    join: { data: peerData },
    forwardJoin: { peer: peerInfo, ttl: u16 },
    shuffle: { origin: peer, nodes, ttl: u16 },
    shuffleReply: { nodes },
    neighbor: { priority: unitEnum(['high', 'low']), data: peerData },
    disconnect: { alive: bool, respond: bool },
  }) as unknown as EnumSchema<HyParViewMessage<P>>;
}

/**
 * How messages look in a frame's body (`topic::Message` of iroh-gossip 0.101, without the topic id: the stream's header
 * says that). Use it with `encode`, `encodeInto`, `encodedLength` and `decode` of `@grapevine/postcard`.
 *
 * Make it once and keep it. Decoding throws nothing but `DecodeError`; payloads and peer data in a decoded message are
 * views into the input.
 *
 * @param peer - How a peer's identity is written: on the network 32 bytes. Whether they are a curve point is not the decoder's business: that
 * costs more than everything else about a message, and a handshake proves it. See `isPeer` of {@link StateOptions}.
 * @param limits - `maxListedNodes` should be that of the config. Of a longer list the rest is read and dropped, except one node that shows that there
 *   was more. Default: lists of any length are kept.
 *
 * @example
 * ```ts
 * const codec = messageCodec(hexId32);
 * decode(codec, Uint8Array.of(0x01, 0x01)); // { type: 'prune' }
 * ```
 */
export function messageCodec<P>(
  peer: Schema<P>,
  limits: { readonly maxListedNodes?: number } = {},
): Schema<Message<P>> {
  CHECK: anObjectWith('a Schema', 'read', 'write')('peer', peer);
  CHECK: checkOptions('messageCodec', limits, { maxListedNodes: anInteger(1) });
  const { maxListedNodes = Number.POSITIVE_INFINITY } = limits;
  return flatEnum([hyParViewMessage(peer, maxListedNodes), plumTreeMessage]) as unknown as Schema<Message<P>>;
}
