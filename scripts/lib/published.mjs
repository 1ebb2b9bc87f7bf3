import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './ensure.mjs';

/** Everything that is published, as paths from the root: `packages/net`, `apps/node`. */
export const published = ['packages', 'apps', 'internal'].flatMap((parent) =>
  readdirSync(join(root, parent))
    .map((folder) => `${parent}/${folder}`)
    .filter((path) => existsSync(join(root, path, 'package.json')) && !manifestOf(path).private),
);

/** The package.json of a workspace. */
export function manifestOf(path) {
  return JSON.parse(readFileSync(join(root, path, 'package.json'), 'utf8'));
}
