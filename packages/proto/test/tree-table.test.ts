import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { runs } from '../../../test/support/runs.js';
import { TreeTable } from '../src/broadcast/rooted/tree-table.js';
import { type RootTag, resolveConfig } from '../src/index.js';
import { heap } from './helper/heap.js';

const { maxTrees, treeRetention } = resolveConfig().hardened;
const SECOND = 1_000;
const tagOf = (number: number): RootTag => number as RootTag;

/** A tree as large as they get: all neighbors but the parent are pruned. */
function grow(table: TreeTable<number>, tag: RootTag, now: number): void {
  const tree = table.use(tag, now);
  for (const peer of [1, 2, 3, 4]) tree?.prune(peer, now);
  if (tree !== undefined) tree.parent = 5;
}

describe('however many tags somebody makes up', () => {
  test('their trees take less than a megabyte in a topic', () => {
    const full = () => {
      const table = new TreeTable<number>({ maxTrees, treeRetention });
      // Twice, so that all of them have carried two payloads and none makes room.
      for (const _ of [1, 2]) for (let i = 0; i < maxTrees; i++) grow(table, tagOf(i), i);
      return table;
    };
    full(); // code that is compiled meanwhile is nobody's memory
    const before = heap();
    const table = full();
    // Each looks at one tree only, or this would take minutes.
    for (let i = 0; i < 100_000; i++) grow(table, tagOf(1_000_000 + i), maxTrees);
    const bytes = heap() - before;
    console.info(
      `${table.size} trees take ${Math.round(bytes / 1e3)} kB, ${Math.round(bytes / table.size)} bytes each`,
    );
    expect(table.size).toBe(maxTrees);
    expect(bytes).toBeLessThan(1e6);
  });

  test('trees that have been used twice, and within 10 s, stay', () => {
    const invented = fc.record({ tag: fc.integer({ min: 100, max: 0xffff_ffff }), pause: fc.nat(200) });
    fc.assert(
      fc.property(fc.array(invented, { maxLength: 200 }), (lies) => {
        const table = new TreeTable<number>({ maxTrees: 8, treeRetention });
        const publishers = [1, 2, 3].map(tagOf);
        let now = 0;
        for (const _ of [1, 2]) for (const tag of publishers) grow(table, tag, now);
        for (const { tag, pause } of lies) {
          now += pause;
          grow(table, tagOf(tag), now);
          if (now >= 9 * SECOND) break;
          expect(table.size).toBeLessThanOrEqual(8);
          for (const known of publishers) expect([...(table.get(known)?.pruned ?? [])]).toEqual([1, 2, 3, 4]);
        }
      }),
      { numRuns: runs(50) },
    );
  });
});

test('a tree is dropped after ten minutes without a payload, and a topic at rest keeps four', () => {
  const table = new TreeTable<number>({ maxTrees, treeRetention });
  for (let i = 0; i < 10; i++) grow(table, tagOf(i), i * SECOND);
  table.rest();
  expect([...table].map(([tag]) => tag)).toEqual([6, 7, 8, 9].map(tagOf));
  expect(treeRetention).toBe(600 * SECOND);
  table.expire(treeRetention + 7 * SECOND);
  expect([...table].map(([tag]) => tag)).toEqual([8, 9].map(tagOf));
  // Also before anybody has dropped it, it begins anew.
  const later = table.use(tagOf(8), treeRetention + 8 * SECOND);
  expect(later?.reachesUs).toBe(false);
  expect([...(later?.pruned ?? [])]).toEqual([]);
});
