import type { PeerId } from '../peer-id.js';

/**
 * How a node has come to know a peer: it was told to join it (`user`), has had messages from it (`met`), or knows it by what others say
 * (`hearsay`).
 */
export type Trust = 'user' | 'met' | 'hearsay';

/** How a peer came to be known. The host first dials peers that the node can rely on. */
export interface PeerOrigin<P extends PeerId> {
  readonly trust: Trust;
  /** The peer that has named it, where it is known by hearsay only. */
  readonly namedBy?: P;
}

const ORDER: readonly Trust[] = ['user', 'met', 'hearsay'];

/** The better of two origins. */
export function betterOrigin<P extends PeerId>(a: PeerOrigin<P>, b: PeerOrigin<P>): PeerOrigin<P> {
  if (a.trust === 'hearsay' && b.trust === 'hearsay') return a.namedBy === undefined ? b : a;
  return ORDER.indexOf(a.trust) <= ORDER.indexOf(b.trust) ? a : b;
}
