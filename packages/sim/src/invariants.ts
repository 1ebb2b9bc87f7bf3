import type { TopicSnapshot } from '@grapevine/proto';
import { aNetwork } from './checks.js';
import type { Network } from './network.js';

/**
 * Checks the invariants of a swarm that has come to rest (no broadcasts, joins or failures for some seconds):
 *
 * - views: symmetric, without the node itself, active and passive disjoint, within capacity;
 * - trees: eager and lazy peers together are the active neighbors. (A link may be eager at one end only, because a prune and a graft can cross. The
 *   next duplicate mends that; see {@link unevenBranches}.)
 * - leftovers: no pending requests, missing payloads or queued announcements.
 *
 * @returns A sentence for each violation; none when all is well. In `mode: 'reference'` some are to be expected.
 */
export function findViolations(network: Network): string[] {
  aNetwork('network', network);
  return network.members().flatMap((peer) => {
    const snapshot = network.snapshot(peer);
    return snapshot === undefined ? [] : violationsOf(network, peer, snapshot);
  });
}

/** The links that are eager at the first end and lazy at the second. */
export function unevenBranches(network: Network): [number, number][] {
  aNetwork('network', network);
  return network.members().flatMap((peer) => {
    const eager = network.snapshot(peer)?.eagerPeers ?? [];
    return eager
      .filter((other) => network.snapshot(other)?.lazyPeers.includes(peer))
      .map((other): [number, number] => [peer, other]);
  });
}

function violationsOf(network: Network, peer: number, view: TopicSnapshot<number>): string[] {
  const { activeView, passiveView, eagerPeers, lazyPeers } = view;
  const { membership } = network.node(peer)?.config ?? network.config;
  const found: string[] = [];
  const check = (isFine: boolean, violation: string): void => {
    if (!isFine) found.push(`node ${peer} ${violation}`);
  };

  for (const neighbor of activeView) {
    check(network.neighbors(neighbor).includes(peer), `has neighbor ${neighbor}, which does not have it`);
  }
  check(!activeView.includes(peer), 'is its own neighbor');
  check(!passiveView.includes(peer), 'is in its own passive view');
  check(!passiveView.some((other) => activeView.includes(other)), 'has a peer in both views');
  check(activeView.length <= membership.activeViewCapacity, `has ${activeView.length} neighbors`);
  check(passiveView.length <= membership.passiveViewCapacity, `has ${passiveView.length} passive peers`);
  check(new Set(activeView).size === activeView.length, 'has a neighbor twice');
  check(new Set(passiveView).size === passiveView.length, 'has a passive peer twice');

  const branches = [...eagerPeers, ...lazyPeers].sort((a, b) => a - b);
  check(
    branches.join() === [...activeView].sort((a, b) => a - b).join(),
    `has eager and lazy peers ${branches.join()} with neighbors ${activeView.join()}`,
  );
  check(view.pendingNeighborRequests.length === 0, `waits for ${view.pendingNeighborRequests.join()}`);
  check(view.missingPayloads === 0, `misses ${view.missingPayloads} payloads`);
  check(view.queuedAnnouncements === 0, `has ${view.queuedAnnouncements} announcements to send`);
  return found;
}
