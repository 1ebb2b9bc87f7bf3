import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type Block, pages, root } from './docs/pages.js';

// A block of code that docs.slow.test.ts does not run names the file that does: a test that reads the block (`blockOf`), or a program with
// the same lines.

const blocks = pages().flatMap(({ path, steps }) =>
  steps
    .filter((step): step is Block => 'language' in step && step.directive?.type === 'elsewhere')
    .map((block) => ({ path, block, where: block.directive?.type === 'elsewhere' ? block.directive.where : '' })),
);

test('output of commands names a command that there is', () => {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: object };
  for (const { path, steps } of pages()) {
    for (const step of steps) {
      if ('hears' in step || step.directive?.type !== 'printed by') continue;
      const { command } = step.directive;
      const place = `${path}:${step.line}: ${command}`;
      const [, script = '', row = ''] = /^npm run (\S+)(?: -- (\S+))?$/.exec(command) ?? [];
      expect(Object.keys(scripts), place).toContain(script);
      if (script === 'bench') expect(existsSync(join(root, `bench/${row.toLowerCase()}.mjs`)), place).toBe(true);
    }
  }
});

const withoutComment = (line: string) => line.replace(/(^|\s)(\/\/|#) .*$/, '').trim();

test('blocks that run elsewhere do run there', () => {
  expect(blocks.length).toBeGreaterThan(3);
  for (const { path, block, where } of blocks) {
    const place = `${path}:${block.line}`;
    expect(existsSync(join(root, where)), `${place} names ${where}`).toBe(true);
    const text = readFileSync(join(root, where), 'utf8');
    if (text.includes(`blockOf('${path}', '${where}')`)) continue;
    const there = text.split('\n').map(withoutComment);
    let at = 0;
    for (const line of block.code.split('\n').map(withoutComment)) {
      if (line === '') continue;
      at = there.indexOf(line, at) + 1;
      expect(at, `${where} has the line "${line}" of ${place}`).toBeGreaterThan(0);
    }
  }
});
