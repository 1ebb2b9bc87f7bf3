import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));

test('docs/architecture.md has every package, program and internal part in its picture of the house', () => {
  const [, house = ''] =
    /## The house\n\n```\n(.*?)```/s.exec(readFileSync(join(root, 'docs/architecture.md'), 'utf8')) ?? [];
  const words = new Set(house.match(/[a-z][\w-]*/g));
  for (const parent of ['packages', 'apps', 'internal']) {
    for (const name of readdirSync(join(root, parent))) expect(words, `${parent}/${name}`).toContain(name);
  }
});
