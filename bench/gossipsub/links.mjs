// @ts-check
import { generator } from '../l1/load.mjs';

/** As many as ours has neighbors. gossipsub chooses its mesh among them. */
const CONNECTIONS = 5;

/**
 * Who dials whom: a ring, which connects all nodes, and random links between the nodes with the fewest, until each has five.
 * @param {number} count @returns {[number, number][]}
 */
export function links(count) {
  const random = generator(99);
  /** @type {Set<number>[]} */
  const neighbors = Array.from({ length: count }, () => new Set());
  /** @type {[number, number][]} */
  const all = [];
  const link = (/** @type {number} */ a, /** @type {number} */ b) => {
    neighbors[a]?.add(b);
    neighbors[b]?.add(a);
    all.push([a, b]);
  };
  const degree = (/** @type {number} */ node) => neighbors[node]?.size ?? 0;
  for (let node = 0; node < count; node++) link(node, (node + 1) % count);
  for (;;) {
    const pairs = Array.from(
      { length: count * count },
      (_, i) => /** @type {[number, number]} */ ([i % count, Math.floor(i / count)]),
    )
      .filter(([a, b]) => a < b && !neighbors[a]?.has(b) && degree(a) < CONNECTIONS && degree(b) < CONNECTIONS)
      .map((pair) => ({ pair, order: degree(pair[0]) + degree(pair[1]) + random() }))
      .sort((x, y) => x.order - y.order);
    const [next] = pairs;
    if (next === undefined) return all;
    link(...next.pair);
  }
}
