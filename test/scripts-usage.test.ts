import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const { scripts } = JSON.parse(readFileSync(`${root}/package.json`, 'utf8')) as { scripts: Record<string, string> };

/** Every script of package.json, and CI. */
const commands = [...Object.entries(scripts), ['ci', 'node scripts/ci.mjs'] as const].map(([name, command]) => {
  const [node, ...args] = command.split(' ');
  expect(node).toBe('node');
  return { name, args };
});

/** Their options are those of vitest, which refuses an unknown one only when the Rust programs are built. */
const LATE = ['interop', 'interop:slow'];

/** Runs a script without a PATH, and says that everything is built. So a script that does its work all the same finds no tools for it. */
function run(args: readonly string[], ...more: string[]) {
  const { SystemRoot = '' } = process.env; // Windows needs it
  const env = { PATH: '/nowhere', GRAPEVINE_BUILT: '1', SystemRoot };
  return spawnSync(process.execPath, [...args, ...more], { cwd: root, encoding: 'utf8', env, timeout: 20_000 });
}

test.each(commands)('$name, asked for help, only explains itself', ({ name, args }) => {
  const { status, stdout, stderr } = run(args, '--help');
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  const usage = name === 'ci' ? 'bash .ci/run' : ['start', 'test'].includes(name) ? `npm ${name}` : `npm run ${name}`;
  expect(stdout).toMatch(new RegExp(`^Usage: ${usage}( --|$)`, 'm'));
});

test.each(commands.filter(({ name }) => !LATE.includes(name)))(
  '$name refuses an option that it does not know',
  ({ args }) => {
    const { status, stdout, stderr } = run(args, '--hlep');
    expect(stderr).toMatch(/unknown option ["`]--hlep["`]/i);
    expect(stdout).toBe('');
    expect(status).toBeGreaterThan(0);
  },
);

test.each([['pubish'], ['version', 'publish']])(
  'a release refuses an argument that it does not know: %s',
  (...more) => {
    const { status, stdout, stderr } = run(['scripts/release.mjs'], ...more);
    expect(stderr).toContain(`unexpected argument "${more.at(-1)}"`);
    expect(stdout).toBe('');
    expect(status).toBe(2);
  },
);
