import { topicIdFrom } from '@grapevine/api';
import { type EndpointAddr, encodeAddrInfo } from '@grapevine/net';
import type { Child } from './child.js';
import { HonestPeer } from './honest-peer.js';
import { ROOM, type TargetRequest } from './messages.js';
import { message, RawPeer } from './raw-peer.js';
import { threadTime } from './thread-time.js';

/** A join that takes longer has failed, in milliseconds. */
const PATIENCE_MS = 10_000;

/** How long honest joins took, in milliseconds; infinity when one did not happen. */
export interface HonestJoins {
  /** Somebody who knows only the target. */
  readonly newcomerMs: number;
  /** Somebody of whom only a neighbor has told the target, until the target has dialed it and is its neighbor. */
  readonly introducedMs: number;
  /** The target's own user, into another topic. */
  readonly ownMs: number;
  /** How long the machine let those wait who took part. */
  readonly waitMs: number;
}

/** Three joins, one after the other. */
export async function honestJoins(swarm: {
  readonly target: EndpointAddr;
  /** A peer in another topic. */
  readonly elsewhere: HonestPeer;
  readonly node: Child<TargetRequest>;
}): Promise<HonestJoins> {
  const { target, elsewhere, node } = swarm;
  const before = threadTime().waitMs;
  const newcomerMs = await newcomer(target);
  const introducedMs = await introduced(target);
  const ownMs = await node.ask<number>({ type: 'join', bootstrap: elsewhere.endpoint.addr() });
  return { newcomerMs, introducedMs, ownMs, waitMs: threadTime().waitMs - before };
}

/** An honest node that knows only the target. */
async function newcomer(target: EndpointAddr): Promise<number> {
  const began = performance.now();
  await using peer = await HonestPeer.start(ROOM, [target]);
  return (await peer.meets(target.id, PATIENCE_MS)) ? performance.now() - began : Number.POSITIVE_INFINITY;
}

/** A neighbor passes on the Join of an honest node, at the end of its walk. */
async function introduced(target: EndpointAddr): Promise<number> {
  await using peer = await HonestPeer.start(ROOM);
  const connecting = RawPeer.connect(target, AbortSignal.timeout(PATIENCE_MS), { host: '127.0.0.1' });
  const neighbor = await connecting.catch(() => undefined);
  if (!neighbor) return Number.POSITIVE_INFINITY;
  try {
    const stream = await neighbor.join(topicIdFrom(ROOM));
    const began = performance.now();
    const data = encodeAddrInfo(peer.endpoint.addr().addrs);
    stream.write(message({ type: 'forwardJoin', peer: { id: peer.endpoint.id, data }, ttl: 0 }));
    return (await peer.meets(target.id, PATIENCE_MS)) ? performance.now() - began : Number.POSITIVE_INFINITY;
  } finally {
    await neighbor.close();
  }
}
