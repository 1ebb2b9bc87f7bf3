import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url));

test('every promise of SECURITY.md names tests that exist', () => {
  const rows = readFileSync(root('SECURITY.md'), 'utf8')
    .split('\n')
    .filter((line) => /^\| (?!---|promise)/.test(line));
  expect(rows.length).toBeGreaterThan(20);
  for (const row of rows) {
    const shownBy = row.split('|').at(-2) ?? '';
    if (shownBy.trim() === 'the same') continue;
    const paths = [...shownBy.matchAll(/`([^`]+)`/g)].map(([, path]) => path as string);
    expect(paths, row).not.toEqual([]);
    expect(paths.filter((path) => !existsSync(root(path)))).toEqual([]);
  }
});
