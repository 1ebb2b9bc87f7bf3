import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, test } from 'vitest';

const folder = new URL(`../node_modules/.watchdog-${process.pid}/`, import.meta.url);
const WATCHDOG = new URL('watchdog.js', folder).href;
const LINE = /^\{"level":50,"time":\d+,"stalledMs":500,"msg":"the event loop stands still: ending/;

beforeAll(async () => {
  const entryPoints = ['watchdog', 'watchdog-worker'].map((name) =>
    fileURLToPath(new URL(`../src/${name}.ts`, import.meta.url)),
  );
  await build({ entryPoints, outdir: fileURLToPath(folder), bundle: true, format: 'esm', platform: 'node' });
  writeFileSync(new URL('package.json', folder), '{"type":"module"}');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A process that is watched (500 ms) and does this. It says `begun` before, and everything else after that. */
function watched(code: string) {
  const script = `
    const { watchLoop } = await import(${JSON.stringify(WATCHDOG)});
    const stop = watchLoop({ error: console.error }, 500);
    await new Promise((resolve) => setTimeout(resolve, 200)); // the thread has started
    process.stdout.write('begun\\n');
    ${code}`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let stdout = '';
  const begun = new Promise<void>((resolve) => {
    child.stdout.on('data', (text) => {
      stdout += text;
      if (stdout.includes('begun\n')) resolve();
    });
  });
  const ended = once(child, 'close').then(([exitCode, signal]) => ({
    exitCode,
    signal,
    said: stdout.replace('begun\n', ''),
  }));
  return { child, begun, ended };
}

test('a loop that stands still ends its process, with a line in the log', async () => {
  const { exitCode, signal, said } = await watched('for (;;);').ended;
  expect([exitCode, signal]).toEqual([null, 'SIGKILL']);
  expect(said).toMatch(LINE);
});

test('one that is busy, and goes round, does not', async () => {
  const code = `
    const end = performance.now() + 2_000;
    const work = () => {
      const until = performance.now() + 200;
      while (performance.now() < until);
      if (performance.now() < end) setTimeout(work, 60);
      else process.exit(7);
    };
    work();`;
  expect(await watched(code).ended).toEqual({ exitCode: 7, signal: null, said: '' });
});

test('nor a process that was stopped as a whole and goes on', async () => {
  const { child, begun, ended } = watched('setTimeout(() => process.exit(7), 1_500);');
  await begun;
  child.kill('SIGSTOP');
  await new Promise((resolve) => setTimeout(resolve, 2_000)); // the time that passes is the test
  child.kill('SIGCONT');
  expect(await ended).toEqual({ exitCode: 7, signal: null, said: '' });
});

test('it keeps nothing alive, and can be stopped', async () => {
  expect(await watched('').ended).toEqual({ exitCode: 0, signal: null, said: '' });
  expect(
    await watched('await stop(); const end = performance.now() + 1_000; while (performance.now() < end);').ended,
  ).toEqual({
    exitCode: 0,
    signal: null,
    said: '',
  });
});
