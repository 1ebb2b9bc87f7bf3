import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

// `require` takes ES modules from Node 20.19 on, unless one of them awaits at its top level.

const root = fileURLToPath(new URL('..', import.meta.url));

/** What can be imported: `@grapevine/net`, `@grapevine/net/quic` … The compliance suite is for vitest. */
const entries = readdirSync(new URL('../packages', import.meta.url)).flatMap((folder) => {
  const manifest = readFileSync(new URL(`../packages/${folder}/package.json`, import.meta.url), 'utf8');
  const { name, exports } = JSON.parse(manifest) as { name: string; exports: Record<string, unknown> };
  return Object.keys(exports)
    .filter((path) => path !== './package.json' && path !== './compliance')
    .map((path) => name + path.slice(1));
});

/** What an entry exports, and the names by which its functions and classes know themselves: stack traces have these. */
const exported = `(module) => Object.entries(module)
  .filter(([name]) => name !== '__esModule')
  .map(([name, value]) => typeof value === 'function' ? name + ' is ' + value.name : name)
  .sort()`;

test('require gives what import gives of every package, under the same names, and no warning', async () => {
  expect(entries.length).toBeGreaterThan(9);
  const program = `
    console.log(JSON.stringify(${JSON.stringify(entries)}.map((entry) => [entry, (${exported})(require(entry))])));`;
  const args = ['--input-type=commonjs', '--eval', program];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' });
  expect(stderr).toBe('');
  expect(status).toBe(0);
  const list = new Function(`return ${exported}`)() as (module: object) => string[];
  const imported = entries.map(async (entry) => [entry, list((await import(entry)) as object)]);
  expect(JSON.parse(stdout)).toEqual(await Promise.all(imported));
});
