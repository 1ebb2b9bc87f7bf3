import { expect } from 'vitest';
import type { PeerNode } from './peer-node.js';
import { sumOf } from './tally.js';

/** Sizes of messages: from 8 bytes, the least with which all differ, to the longest content at default settings. */
const SIZES = [8, 31, 100, 1_024, 2_000, 4_055, 16, 600, 3_000, 64];

/**
 * Has nodes join a topic, the others through the first two in turns. Those may be in either language. Resolves when all have settled.
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

/** Waits until no node's neighbors change. Only then every message is sure to reach every node. */
export async function untilAllSettled(topic: string, nodes: readonly PeerNode[]): Promise<void> {
  await Promise.all(nodes.map((node) => node.untilSettled(topic)));
}

/** Every node publishes a message, and every other one receives it. @param about - makes the texts differ from those of other calls */
export async function untilAllHearAll(topic: string, nodes: readonly PeerNode[], about: string): Promise<void> {
  for (const node of nodes) await node.broadcast(topic, `${about}: ${node.id}`);
  for (const node of nodes)
    for (const other of nodes) if (other !== node) await node.untilContent(topic, `${about}: ${other.id}`);
}

/** Waits until these are the neighbors of a node, with perhaps some of the others. */
export async function untilOnlyNeighbors(
  topic: string,
  node: PeerNode,
  who: { readonly all: readonly PeerNode[]; readonly perhaps?: readonly PeerNode[] },
): Promise<void> {
  const ids = (nodes: readonly PeerNode[]) => nodes.filter((other) => other !== node).map(({ id }) => id);
  const wanted = ids(who.all);
  const allowed = new Set([...wanted, ...ids(who.perhaps ?? [])]);
  const { neighbors } = node.topic(topic);
  await node.process.until(
    `these neighbors: ${wanted.map((id) => id.slice(0, 10)).join(', ')}`,
    () => wanted.every((id) => neighbors.has(id)) && [...neighbors].every((id) => allowed.has(id)),
    40_000,
  );
}

/**
 * All nodes publish `count` messages of mixed sizes at the same time. Each must reach every node exactly once.
 *
 * @param options - `pauseMs` is between two messages of one node. A Rust program that reads more slowly than messages come loses
 * some of them between its node and itself (`lagged`), so many messages need a pace that this machine keeps.
 */
export async function expectEachOnce(
  topic: string,
  nodes: readonly PeerNode[],
  options: { readonly count: number; readonly pauseMs: number },
): Promise<void> {
  const { count } = options;
  const sent = await Promise.all(
    nodes.map((node, i) => node.broadcastMany(topic, { ...options, seed: i, sizes: SIZES })),
  );
  for (const [i, node] of nodes.entries()) {
    await node.untilReceived(topic, count * (nodes.length - 1), 60_000);
    expect(await node.received(topic)).toEqual(sumOf(sent.toSpliced(i, 1)));
  }
}
