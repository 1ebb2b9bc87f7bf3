// @ts-check
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/** Where {@link bundleMember} puts the program: below the project, where it finds native modules. */
export const bundledMember = fileURLToPath(new URL('../../.cache/bench/member.mjs', import.meta.url));

/** Makes one file of swarm/member.mjs and all that it imports, as somebody would who deploys a program. */
export function bundleMember() {
  return build({
    entryPoints: [fileURLToPath(new URL('../swarm/member.mjs', import.meta.url))],
    outfile: bundledMember,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'es2022',
    external: ['@matrixai/*'],
    logLevel: 'warning',
  });
}
