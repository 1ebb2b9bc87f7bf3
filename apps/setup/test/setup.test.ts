import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

test('the smallest complete program runs, says what it heard, and exits by itself', () => {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [fileURLToPath(new URL('../dist/main.js', import.meta.url))],
    {
      encoding: 'utf8',
      timeout: 20_000,
    },
  );
  expect(stderr).toBe('');
  expect(stdout).toBe('alice heard: hello from bob\n');
  expect(status).toBe(0);
});

test('it is the program that the README shows', () => {
  const readme = readFileSync(new URL('../../../README.md', import.meta.url), 'utf8');
  const program = readFileSync(new URL('../src/main.ts', import.meta.url), 'utf8');
  const shown = /```ts\n([\s\S]*?)```/.exec(readme)?.[1] ?? '';
  const code = (text: string) =>
    text
      .split('\n')
      .filter((line) => line.trim() && !line.startsWith('//'))
      .join('\n');
  expect(code(shown)).toBe(code(program));
});
