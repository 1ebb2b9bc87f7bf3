import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './ensure.mjs';

/** The folders of all workspaces that are published, such as `packages/net`. */
export const published = ['packages', 'apps', 'internal'].flatMap((parent) =>
  readdirSync(join(root, parent))
    .map((folder) => `${parent}/${folder}`)
    .filter((path) => existsSync(join(root, path, 'package.json')) && !manifestOf(path).private),
);

/** The content of a workspace's package.json. */
export function manifestOf(path) {
  return JSON.parse(readFileSync(join(root, path, 'package.json'), 'utf8'));
}
