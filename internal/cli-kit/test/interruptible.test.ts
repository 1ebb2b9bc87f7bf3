import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from 'vitest';
import { interruptible } from '../src/index.js';

const path = fileURLToPath(new URL('tool.mjs', import.meta.url));
const children: ChildProcessWithoutNullStreams[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

/** Runs `tool work`; each signal is sent when the program has said the line before it. */
async function work(end: string, signals: readonly (readonly [after: string, signal: NodeJS.Signals])[]) {
  const child = spawn(process.execPath, [path, 'work', end]);
  children.push(child);
  const coming = [...signals];
  const said = { stdout: '', stderr: '' };
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said.stderr += text;
  });
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said.stdout += text;
    const [next] = coming;
    if (next === undefined || !said.stdout.includes(`${next[0]}\n`)) return;
    coming.shift();
    child.kill(next[1]);
  });
  const [code, signal] = await once(child, 'close');
  return { code, signal, ...said };
}

describe('a program that is interrupted', () => {
  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('tidies up after %s, and has nothing else to say than its exit code', async (signal, code) => {
    expect(await work('well', [['working', signal]])).toEqual({
      code,
      signal: null,
      stdout: `working\ntidying up: interrupted by ${signal}\ntidy\n`,
      stderr: '',
    });
  });

  test('does not complain about what fails because of it', async () => {
    const { code, stderr } = await work('badly', [['working', 'SIGINT']]);
    expect(stderr).toBe('');
    expect(code).toBe(130);
  });

  test('ends at once by a second Ctrl-C when it never gets tidy', async () => {
    const twice = [
      ['working', 'SIGINT'],
      ['tidying up: interrupted by SIGINT', 'SIGINT'],
    ] as const;
    expect(await work('never', twice)).toEqual({
      code: null,
      signal: 'SIGINT',
      stdout: 'working\ntidying up: interrupted by SIGINT\n',
      stderr: '',
    });
  });
});

describe('work that nobody interrupts', () => {
  const listening = () => ['SIGINT', 'SIGTERM'].map((signal) => process.listenerCount(signal));

  test('gives its result, listens for signals while it runs, and no longer', async () => {
    const before = listening();
    let during: number[] = [];
    const result = await interruptible(async (signal) => {
      during = listening();
      return signal.aborted;
    });
    expect(result).toBe(false);
    expect(during).toEqual(before.map((count) => count + 1));
    expect(listening()).toEqual(before);
  });

  test('fails as it fails', async () => {
    const before = listening();
    const failure = new Error('it broke');
    await expect(interruptible(() => Promise.reject(failure))).rejects.toBe(failure);
    expect(listening()).toEqual(before);
  });
});
