import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));

test('docs/troubleshooting.md has errors in the words in which they come', () => {
  const sources = readdirSync(join(root, 'packages/net/src'), { recursive: true, withFileTypes: true })
    .filter((file) => file.isFile())
    .map((file) => readFileSync(join(file.parentPath, file.name), 'utf8'))
    .join('\n');
  const page = readFileSync(join(root, 'docs/troubleshooting.md'), 'utf8');
  const [, table = ''] = /\n(\| what it says \|.*?)\n\n/s.exec(page) ?? [];
  const [, , ...rows] = table.split('\n');
  expect(rows.length).toBeGreaterThan(3);
  for (const row of rows) {
    const [, says = ''] = row.split(' | ')[0]?.split('| ') ?? [];
    const quoted = [...says.matchAll(/`([^`]+)`/g)].flatMap(([, text = '']) => text.split('…'));
    expect(quoted.length, row).toBeGreaterThan(0);
    for (const words of quoted) expect(sources, row).toContain(words.trim());
  }
});
