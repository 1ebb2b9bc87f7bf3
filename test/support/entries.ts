import { readdirSync, readFileSync } from 'node:fs';

const packages = new URL('../../packages/', import.meta.url);

/** What can be imported: `@grapevine/net`, `@grapevine/net/quic` … But not the compliance suite, which is for vitest. */
export const entries = readdirSync(packages).flatMap((folder) => {
  const manifest = readFileSync(new URL(`${folder}/package.json`, packages), 'utf8');
  const { name, exports } = JSON.parse(manifest) as { name: string; exports: Record<string, unknown> };
  return Object.keys(exports)
    .filter((path) => path !== './package.json' && path !== './compliance')
    .map((path) => name + path.slice(1));
});
