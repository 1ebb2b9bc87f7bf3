import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const script = fileURLToPath(new URL('../scripts/release.mjs', import.meta.url));

/** Without a PATH, so that a script which goes on all the same finds nothing to release with. */
function release(...args: string[]) {
  return spawnSync(process.execPath, [script, ...args], { encoding: 'utf8', env: { PATH: '/nowhere' } });
}

test('asked for help, a release only explains itself', () => {
  const { status, stdout } = release('--help');
  expect(stdout).toContain('Usage: npm run release');
  expect(stdout).not.toContain('===');
  expect(status).toBe(0);
});

test.each([['--hlep'], ['pubish'], ['version', 'publish']])(
  'a release refuses what it does not understand: %s',
  (...args) => {
    const { status, stdout, stderr } = release(...args);
    expect(stderr).toContain('is not understood');
    expect(stdout).toBe('');
    expect(status).toBe(2);
  },
);
