import { compareTransportAddrs, type TransportAddr } from '../../address/endpoint-addr.js';
import { CloseCode } from '../close-code.js';
import type { Link } from '../link/link.js';
import type { Peer } from './peer.js';

/** How long the older connection has to show that it is alive. */
const PROBE_MS = 2_000;

/** What the loser of a conflict is told. */
export const CONFLICT = 'another node with your identity has connected from another address';

/**
 * Notices two nodes with one identity: a peer connects anew from another address although its older connection is alive.
 *
 * The newer connection wins, and the older is closed with a code that says why; the node at its other end stops fighting for its place.
 * A node that was started anew does not answer on its older connection. A node that has moved, or was dialed while it dialed, has the
 * same address on both.
 */
export class IdentityGuard {
  readonly #onConflict: (peer: Peer) => void;

  constructor(onConflict: (peer: Peer) => void) {
    this.#onConflict = onConflict;
  }

  /** A peer has a further connection. */
  async check(peer: Peer, newer: Link): Promise<void> {
    const others = [...peer.links].filter((link) => link !== newer);
    await Promise.all(others.map((older) => this.#compare(peer, older, newer)));
  }

  async #compare(peer: Peer, older: Link, newer: Link): Promise<void> {
    if (!differ(older, newer) || !(await older.connection.probe?.(PROBE_MS))) return;
    // Asked again: the peer may have closed one of them, or moved.
    if (!peer.links.has(older) || !peer.links.has(newer) || !differ(older, newer)) return;
    this.#onConflict(peer);
    older.close(CloseCode.identityConflict, CONFLICT);
  }
}

function differ(a: Link, b: Link): boolean {
  const [from, to]: (TransportAddr | undefined)[] = [a.connection.remoteAddr(), b.connection.remoteAddr()];
  return from !== undefined && to !== undefined && compareTransportAddrs(from, to) !== 0;
}
