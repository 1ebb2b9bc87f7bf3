import { compareTransportAddrs } from '../../address/endpoint-addr.js';
import type { EndpointId } from '../../identity/endpoint-id.js';
import { CloseCode } from '../close-code.js';
import type { Link } from '../link/link.js';
import type { ResolvedGossipOptions } from '../options.js';
import type { Peer } from './peer.js';

/** How long the older connection has to show that it is alive. */
const PROBE_MS = 2_000;

/** What the loser of a conflict is told. */
export const CONFLICT = 'another node with your identity has connected from another address';

const REMEDY = 'give each node a key of its own';

/**
 * Notices two nodes with one identity: a peer connects anew from another address although its older connection is alive.
 *
 * The newer connection wins, and the older is closed with a code that says why; the node at its other end does not dial again for a while. Two other
 * cases look different: a node that was started anew does not answer on its older connection, and one that has moved, or was dialed while it dialed,
 * has the same address on both.
 */
export class IdentityGuard {
  readonly #options: Pick<ResolvedGossipOptions, 'logger' | 'metrics'>;
  #ownConflict = false;

  constructor(options: Pick<ResolvedGossipOptions, 'logger' | 'metrics'>) {
    this.#options = options;
  }

  /** Whether another node that uses our identity was noticed. */
  get ownConflict(): boolean {
    return this.#ownConflict;
  }

  /** A peer has a further connection. */
  async check(peer: Peer, newer: Link): Promise<void> {
    const others = [...peer.links].filter((link) => link !== newer);
    await Promise.all(others.map((older) => this.#compare(peer, older, newer)));
  }

  /** Another node with our identity was noticed. Only the first notice is a warning: a peer that lies about it must not fill the log. */
  noticedBy(peer: EndpointId): void {
    const { logger, metrics } = this.#options;
    metrics.dropped('identity-conflict');
    logger[this.#ownConflict ? 'debug' : 'warn']({ peer }, `another node uses our identity: ${REMEDY}`);
    this.#ownConflict = true;
  }

  async #compare(peer: Peer, older: Link, newer: Link): Promise<void> {
    if (!differ(older, newer) || !(await older.connection.probe?.(PROBE_MS))) return;
    // Asked again: the peer may have closed one of them, or moved.
    if (!peer.links.has(older) || !peer.links.has(newer) || !differ(older, newer)) return;
    const { logger, metrics } = this.#options;
    metrics.dropped('identity-conflict');
    peer.identityConflict = true;
    logger.warn({ peer: peer.id }, `two nodes use the identity of a peer, keeping the newer connection: ${REMEDY}`);
    older.close(CloseCode.identityConflict, CONFLICT);
  }
}

function differ({ connection: a }: Link, { connection: b }: Link): boolean {
  const [from, to] = [a.remoteAddr(), b.remoteAddr()];
  return from !== undefined && to !== undefined && compareTransportAddrs(from, to) !== 0;
}
