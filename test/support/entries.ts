import { readdirSync, readFileSync } from 'node:fs';

const packages = new URL('../../packages/', import.meta.url);

/** Every entry point of the packages, such as `@grapevine/net/quic`, but the compliance suites, which run in vitest only. */
export const entries = readdirSync(packages).flatMap((folder) => {
  const manifest = readFileSync(new URL(`${folder}/package.json`, packages), 'utf8');
  const { name, exports } = JSON.parse(manifest) as { name: string; exports: Record<string, unknown> };
  return Object.keys(exports)
    .filter((path) => path !== './package.json' && path !== './compliance')
    .map((path) => name + path.slice(1));
});
