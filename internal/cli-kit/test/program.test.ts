import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const path = fileURLToPath(new URL('tool.mjs', import.meta.url));

function tool(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [path, ...args], { encoding: 'utf8' });
  return { status, stdout, stderr };
}

const printed = (stdout: string) => ({ status: 0, stdout, stderr: '' });
const failed = (status: number, line: string) => ({ status, stdout: '', stderr: `tool: ${line}\n` });

describe('a program with commands', () => {
  test('runs the one that is named, with the arguments behind it', () => {
    expect(tool('echo')).toEqual(printed('[]\n'));
    expect(tool('echo', 'fail', '--loud')).toEqual(printed('["fail","--loud"]\n'));
  });

  test.each(['--help', '-h'])('explains itself with %s', (flag) => {
    expect(tool(flag)).toEqual(
      printed(`Does things.

Usage: tool COMMAND [options]

  echo     print the arguments
  work     work until interrupted
  fail     throw at once
  quote    quote the network
  reject   throw something else, later
  misuse   fail by the user's mistake
  collide  fail by a mistake that the program names

tool COMMAND --help says more, tool --version which one this is.

Exit code: 0 when done, 1 when something failed, 2 for bad input, 130 after Ctrl-C.
`),
    );
  });

  test.each([[['--help']], [['-h']], [['--loud', '--help']], [['--help', '--', 'x']]])(
    'explains a command with %j instead of running it',
    (args) => {
      expect(tool('fail', ...args)).toEqual(printed('Usage: tool throw at once\n'));
    },
  );

  test('says which version it is', () => {
    const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
    expect(tool('--version')).toEqual(printed(`tool ${version}\n`));
  });

  test('takes what stands behind -- for an argument, though it looks like --help', () => {
    expect(tool('echo', '--', '--help', '-h')).toEqual(printed('["--","--help","-h"]\n'));
  });
});

describe('a failure is one line on stderr and an exit code', () => {
  test.each([
    ['no command', [], 2, 'say what to do: echo, work, fail, quote, reject, misuse, collide (see --help)'],
    ['an unknown command', ['fly'], 2, 'unknown command "fly" (see --help)'],
    ['a misspelt command', ['ecoh'], 2, 'unknown command "ecoh", did you mean "echo"? (see --help)'],
    ['an option before the command', ['--loud', 'echo'], 2, 'unknown command "--loud" (see --help)'],
    ["the user's mistake", ['misuse'], 2, 'that is no number'],
    ['what the program counts as one', ['collide'], 2, 'taken'],
    ['any other error', ['fail'], 1, 'it broke'],
    ['one that quotes what could steer a terminal', ['quote'], 1, 'two\nlines\ufffd[2J'],
    ['what is no error at all', ['reject'], 1, 'no Error, but a text'],
  ])('%s', (_, args, status, line) => {
    expect(tool(...args)).toEqual(failed(status, line));
  });
});
