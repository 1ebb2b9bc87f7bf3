import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const PROGRAM = fileURLToPath(new URL('./example-program.mjs', import.meta.url));

function start(...args: string[]): ChildProcess & { stdout: NodeJS.ReadableStream; stderr: NodeJS.ReadableStream } {
  return spawn(process.execPath, [PROGRAM, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
}

async function run(...args: string[]) {
  const child = start(...args);
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  return { code, stdout, stderr };
}

describe('a program with commands', () => {
  test('runs the one that is named, with the arguments behind it', async () => {
    expect(await run('print', 'a', '--b')).toEqual({ code: 0, stdout: '["a","--b"]\n', stderr: '' });
  });

  test('helps, as a whole and about a command', async () => {
    const { code, stdout } = await run('--help');
    expect(code).toBe(0);
    expect(stdout).toContain('Shows things.\n\nUsage: example COMMAND [options]\n\n  print    an example\n');
    expect(await run('fail', '--help')).toEqual({ code: 0, stdout: 'More about it.\n', stderr: '' });
    expect(await run('print', '--', '--help')).toMatchObject({ stdout: '["--","--help"]\n' });
  });

  test.each([
    [[], 2, 'example: say what to do: print, fail, quote, mistake, range, work, break, linger (see --help)\n'],
    [['sing'], 2, 'example: unknown command "sing" (see --help)\n'],
    [['mistake'], 2, 'example: not like this\n'],
    [['range'], 2, 'example: too far\n'],
    [['fail'], 1, 'example: no luck\n'],
    [['quote'], 1, 'example: two\nlines\ufffd[2J\n'],
  ])('%j ends with %d', async (args, code, stderr) => {
    expect(await run(...args)).toEqual({ code, stdout: '', stderr });
  });
});

describe('what can be interrupted', () => {
  async function interrupt(command: string, signal: NodeJS.Signals) {
    const child = start(command);
    const outcome = Promise.all([text(child.stderr), once(child, 'close')]);
    await once(child.stdout, 'data');
    child.kill(signal);
    return { child, outcome };
  }

  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('ends in good order at %s', async (signal, exitCode) => {
    const { outcome } = await interrupt('work', signal);
    expect(await outcome).toEqual(['', [exitCode, null]]);
  });

  test('counts as interrupted when tidying up fails', async () => {
    const { outcome } = await interrupt('break', 'SIGINT');
    expect(await outcome).toEqual(['', [130, null]]);
  });

  test('ends at once at the second signal', async () => {
    const { child, outcome } = await interrupt('linger', 'SIGINT');
    await once(child.stdout, 'data'); // it is tidying up
    child.kill('SIGINT');
    expect(await outcome).toEqual(['', [null, 'SIGINT']]);
  });
});
