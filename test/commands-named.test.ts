import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));

/** All pages of documentation. */
const pages = ['docs', 'packages', 'apps', 'internal', 'interop', 'bench']
  .flatMap((folder) => readdirSync(`${root}/${folder}`, { recursive: true }).map((file) => `${folder}/${file}`))
  .filter((file) => file.endsWith('.md') && !/node_modules|\/target\/|\/dist\//.test(file));

test('no page has npx fetch a command without its scope: that would be a package of somebody else', () => {
  expect(pages.length).toBeGreaterThan(20);
  const found = [...pages, 'README.md', 'SECURITY.md'].filter((page) =>
    /npx (?!@)(-\S+ )*grapevine/.test(readFileSync(`${root}/${page}`, 'utf8')),
  );
  expect(found).toEqual([]);
});
