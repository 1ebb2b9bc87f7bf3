import { writeFileSync } from 'node:fs';
import { afterAll, describe, expect, test } from 'vitest';
import { COMMANDS } from '../src/commands.js';
import { runCli, TemporaryFolder } from './run-cli.js';

const folder = new TemporaryFolder();
afterAll(() => folder.remove());

describe('grapevine-sim', () => {
  test('has help for itself and for every command', () => {
    const { stdout, status } = runCli('--help');
    expect(status).toBe(0);
    for (const name of COMMANDS.keys()) {
      expect(stdout).toMatch(new RegExp(`^  ${name} `, 'm'));
      expect(runCli(name, '--help').stdout).toContain(`Usage: grapevine-sim ${name}`);
    }
  });

  test.each([
    ['no command', [], /^grapevine-sim: say what to do: run, /],
    ['an unknown command', ['fly'], /^grapevine-sim: unknown command "fly"/],
    ['no file', ['run'], /^grapevine-sim: FILE\.toml is missing/],
    [
      'a missing file',
      ['run', '/nowhere.toml'],
      /^grapevine-sim: can't read \/nowhere\.toml: it does not exist \(ENOENT\)$/,
    ],
    ['an unknown option', ['run', 'a.toml', '--fast'], /^grapevine-sim: unknown option "--fast"/],
    ['an option without its value', ['run', 'a.toml', '--seed'], /^grapevine-sim: --seed needs a value/],
    ['no threads', ['run', 'a.toml', '--threads', '0'], /^grapevine-sim: --threads must be a whole number from 1/],
    ['a seed beyond 64 bits', ['run', 'a.toml', '--seed', '18446744073709551616'], /^grapevine-sim: --seed must be/],
    ['too many files', ['run', 'a.toml', 'b.toml'], /^grapevine-sim: unexpected argument "b\.toml"/],
    ['one folder to compare', ['compare', '/tmp'], /^grapevine-sim: CURRENT is missing/],
    [
      'a folder that is not there',
      ['compare', '/nowhere', '/nowhere'],
      /^grapevine-sim: can't read \/nowhere: it does not exist \(ENOENT\)$/,
    ],
  ])('answers %s with one line and exit code 2', (_, args, line) => {
    const { stdout, stderr, status } = runCli(...args);
    expect(stderr.trimEnd().split('\n')).toEqual([expect.stringMatching(line)]);
    expect(stdout).toBe('');
    expect(status).toBe(2);
  });

  test('names the line of an unknown key, and of what is not TOML', () => {
    const path = folder.join('bad.toml');
    writeFileSync(path, 'seeds = [1]\n[config.proto]\nspeed = 9\n');
    expect(runCli('run', path)).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(/bad\.toml:3: unknown key config\.proto\.speed .*\n$/),
    });
    writeFileSync(path, 'seeds = [1]\nconfig == 1\n');
    expect(runCli('run', path)).toMatchObject({ status: 2, stderr: expect.stringMatching(/bad\.toml:2: .*\n$/) });
  });
});
