import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { entries } from './support/entries.js';

// `require` takes ES modules from Node 20.19 on, unless one of them awaits at its top level.

const root = fileURLToPath(new URL('..', import.meta.url));

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
