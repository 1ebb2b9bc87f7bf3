import type { PeerNode } from './peer-node.js';

/**
 * Brings nodes into a topic. The first two are the ones that the others enter through, by turns; one of them may be in either
 * language. Resolves when all have settled.
 */
export async function gather(topic: string, nodes: readonly PeerNode[]): Promise<void> {
  const [first, second, ...others] = nodes;
  if (!first || !second) throw new Error('a swarm has at least two nodes');
  await first.join(topic);
  await second.join(topic, first.ticket);
  await Promise.all([first.untilNeighbors(topic, second.id), second.untilNeighbors(topic, first.id)]);
  const hosts = [first, second];
  for (const [i, node] of others.entries()) await node.join(topic, (hosts[i % 2] as PeerNode).ticket);
  await Promise.all(nodes.map((node) => node.untilNeighbors(topic)));
  await untilAllSettled(topic, nodes);
}

/** Waits until nobody's neighbors change: only then does every message reach everybody for certain. */
export async function untilAllSettled(topic: string, nodes: readonly PeerNode[]): Promise<void> {
  await Promise.all(nodes.map((node) => node.untilSettled(topic)));
}

/** Everybody says something, and everybody hears it. @param about - makes the texts different from those of other times */
export async function untilAllHearAll(topic: string, nodes: readonly PeerNode[], about: string): Promise<void> {
  for (const node of nodes) await node.broadcast(topic, `${about}: ${node.id}`);
  for (const node of nodes)
    for (const other of nodes) if (other !== node) await node.untilContent(topic, `${about}: ${other.id}`);
}

/** Waits until everybody has all others as neighbors, and nobody else. */
export async function untilAllNeighbors(topic: string, nodes: readonly PeerNode[], timeoutMs?: number): Promise<void> {
  await Promise.all(
    nodes.map((node) => {
      const others = nodes.filter((other) => other !== node).map(({ id }) => id);
      const { neighbors } = node.topic(topic);
      return node.process.until(
        `these neighbors and no others: ${others.map((id) => id.slice(0, 10)).join(', ')}`,
        () => neighbors.size === others.length && others.every((id) => neighbors.has(id)),
        timeoutMs,
      );
    }),
  );
}
