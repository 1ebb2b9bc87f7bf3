import type { EndpointId } from '../../identity/endpoint-id.js';
import type { TriedPeer } from '../join-timeout-error.js';
import type { GossipGauges } from '../metrics.js';
import type { PeerConnectionSnapshot } from '../snapshot.js';
import type { Dialer } from './dialer.js';
import type { MessageLimits } from './message-limits.js';
import type { Peer } from './peer.js';

/** Everybody that a node has to do with. */
export interface Everybody {
  readonly peers: ReadonlyMap<EndpointId, Peer>;
  readonly dialer: Dialer;
  readonly limits: MessageLimits;
}

/** What became of our dials of a peer. */
export function describeDials(dialer: Dialer, id: EndpointId): TriedPeer {
  const record = dialer.record(id);
  return { id, dialFailures: record?.failures ?? 0, lastDialError: record?.lastError };
}

/** What a snapshot tells of all peers, and of those that could not be reached. */
export function describePeers({ peers, dialer, limits }: Everybody): PeerConnectionSnapshot[] {
  const failed = dialer.failed().filter((id) => !peers.has(id));
  return [...peers.keys(), ...failed].map((id) => ({
    ...describeConnections(peers.get(id), dialer.isDialing(id)),
    ...describeDials(dialer, id),
    maxMessageSize: limits.learned(id),
  }));
}

/** How many there are in each state, and how much is queued to them. */
export function countPeers({ peers, dialer }: Everybody): GossipGauges['peers'] & { readonly queuedBytes: number } {
  let connected = 0;
  let queuedBytes = 0;
  for (const peer of peers.values()) {
    if (peer.active) connected++;
    queuedBytes += peer.queuedBytes;
  }
  return { dialing: dialer.count, connected, 'backing-off': dialer.failed().length, queuedBytes };
}

/** The part of a snapshot that is about connections; a peer that could not be reached has none. */
function describeConnections(
  peer: Peer | undefined,
  isDialing: boolean,
): Omit<PeerConnectionSnapshot, 'id' | 'dialFailures' | 'lastDialError' | 'maxMessageSize'> {
  const connection = peer?.active?.connection;
  const stats = connection?.stats();
  return {
    state: connection ? 'connected' : isDialing ? 'dialing' : 'backing-off',
    connections: peer?.links.size ?? 0,
    remoteAddr: connection?.remoteAddr(),
    rttMs: stats?.rttMs ?? 0,
    sentBytes: stats?.sentBytes ?? 0,
    receivedBytes: stats?.receivedBytes ?? 0,
    queuedBytes: peer?.queuedBytes ?? 0,
    waitingStreams: peer?.active?.waitingStreams ?? 0,
    identityConflict: peer?.identityConflict ?? false,
  };
}
