import { type Schema, u32 } from '@grapevine/postcard';
import { hexId32, type Message, messageCodec, type PeerId } from '@grapevine/proto';
import type { Ids } from './fuzz-case.js';

/** The encodings of peers and messages. */
export interface PeerCodec {
  readonly peer: Schema<PeerId>;
  readonly message: Schema<Message<PeerId>>;
}

function codec(peer: Schema<PeerId>): PeerCodec {
  return { peer, message: messageCodec(peer) };
}

const CODECS: Readonly<Record<Ids, PeerCodec>> = {
  // The Rust program reads 64-bit numbers, which have the same varints.
  numbers: codec(u32 as Schema<unknown> as Schema<PeerId>),
  bytes: codec(hexId32 as Schema<unknown> as Schema<PeerId>),
};

export function peerCodec(ids: Ids): PeerCodec {
  return CODECS[ids];
}
