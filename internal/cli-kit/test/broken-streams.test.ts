import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const path = fileURLToPath(new URL('tool.mjs', import.meta.url));

/** Runs the tool; of a pipe that is `closed` nobody reads. */
async function tool(args: string[], { stdout = 'pipe', stderr = 'pipe' }: { stdout?: Sink; stderr?: Sink }) {
  const stdio = [stdout, stderr].map((sink) => (typeof sink === 'number' ? sink : 'pipe'));
  const child = spawn(process.execPath, [path, ...args], { stdio: ['ignore', ...stdio] as never });
  const said = { stdout: '', stderr: '' };
  for (const [name, sink] of [['stdout', stdout] as const, ['stderr', stderr] as const]) {
    if (sink === 'closed') child[name]?.destroy();
    else child[name]?.on('data', (text) => (said[name] += text));
  }
  const [code, signal] = await once(child, 'close');
  return { code, signal, ...said };
}
type Sink = 'pipe' | 'closed' | number;

describe('a program whose reader has gone away ends quietly, with the exit code that it would have', () => {
  test.each([
    ['what it is', ['--help'], 0],
    ['its version', ['--version'], 0],
    ['a result', ['echo'], 0],
  ])('%s', async (_, args, code) => {
    expect(await tool(args, { stdout: 'closed' })).toEqual({ code, signal: null, stdout: '', stderr: '' });
  });

  test('also where it fails and nobody reads what is wrong', async () => {
    expect(await tool(['fail'], { stderr: 'closed' })).toMatchObject({ code: 1, signal: null });
    expect(await tool(['misuse'], { stdout: 'closed', stderr: 'closed' })).toMatchObject({ code: 2, signal: null });
  });
});

describe.skipIf(process.platform !== 'linux')('on a full disk (needs /dev/full: Linux)', () => {
  test.each([[['--help']], [['echo']]])('%j is a failure in one line', async (args) => {
    const full = openSync('/dev/full', 'w');
    const outcome = await tool(args, { stdout: full }).finally(() => closeSync(full));
    const stderr = "tool: can't write to stdout: ENOSPC: no space left on device, write\n";
    expect(outcome).toEqual({ code: 1, signal: null, stdout: '', stderr });
  });

  test('what goes wrong is still in the exit code where stderr is full as well', async () => {
    const full = openSync('/dev/full', 'w');
    const outcome = await tool(['misuse'], { stdout: full, stderr: full }).finally(() => closeSync(full));
    expect(outcome).toMatchObject({ code: 2, signal: null });
  });
});
