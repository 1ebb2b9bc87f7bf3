import { type SpawnSyncReturns, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Summary } from '../src/coordinator.js';
import { Latencies } from '../src/latencies.js';
import { decodeLine, encodeLine, hashLines, splitLines } from '../src/lines.js';
import { table } from '../src/view.js';

const cli = fileURLToPath(new URL('../dist/cli.js', import.meta.url));
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'grapevine-swarm-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function file(content: string | Buffer): string {
  const path = join(folder, `${Math.abs(hashLines([Buffer.from(content)]).charCodeAt(0))}-${content.length}.txt`);
  writeFileSync(path, content);
  return path;
}

const run = (...args: string[]): SpawnSyncReturns<string> =>
  spawnSync(process.execPath, [cli, ...args], { encoding: 'utf8' });
const summaryOf = ({ stdout }: SpawnSyncReturns<string>): Summary => JSON.parse(stdout.trim().split('\n').at(-1) ?? '');

describe('a swarm of processes', () => {
  test('delivers every line to every member exactly once, equal and empty lines, too', () => {
    const result = run(
      '--file',
      file('one\n\ntwo\n\ntwo\nüñïcödé\nlast line without an end'),
      '--nodes',
      '4',
      '--json',
    );
    expect(result.stderr).toContain('all have joined');
    expect(result.status).toBe(0);
    expect(summaryOf(result)).toMatchObject({
      nodes: 4,
      lines: 7,
      expected: 21,
      delivered: 21,
      lost: 0,
      duplicated: 0,
      ok: true,
    });
    expect(Object.keys(summaryOf(result))).toEqual(
      'nodes lines expected delivered lost duplicated p50Ms p99Ms hopsMax seconds ok'.split(' '),
    );
  });

  test('delivers padded lines at full speed', () => {
    const lines = Array.from({ length: 500 }, (_, i) => `line ${i}`).join('\n');
    const result = run('--file', file(lines), '--nodes', '3', '--rate', '0', '--size', '1000', '--json');
    expect(summaryOf(result)).toMatchObject({ expected: 1000, delivered: 1000, ok: true });
  });

  test('loses nothing for the others when one is killed in the middle', () => {
    const lines = Array.from({ length: 200 }, (_, i) => `line ${i}`).join('\n');
    const result = run('--file', file(lines), '--nodes', '5', '--kill-one');
    expect(result.stdout).toMatch(/killed member \d after \d+ lines/);
    expect(result.stdout).toMatch(/member \d\s+killed/);
    expect(result.stdout).toContain('ok: 600 of 600 deliveries');
    expect(result.status).toBe(0);
  });

  test.each([
    ['while they come up', 'starting'],
    ['while they deliver', '%'],
  ])('ends all processes on Ctrl-C %s, and does not wait for what they will not do any more', async (_, seen) => {
    const lines = Array.from({ length: 10_000 }, (_, i) => `line ${i}`).join('\n');
    const child = spawn(process.execPath, [cli, '--file', file(lines), '--nodes', '3', '--rate', '2000'], {
      detached: true,
    });
    let interrupted = 0;
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      if (interrupted > 0 || !text.includes(seen)) return;
      interrupted = performance.now();
      process.kill(-(child.pid ?? 0), 'SIGINT'); // as a terminal does: to the whole group
    });
    const [code] = await once(child, 'exit');
    expect(code).toBe(130);
    expect(performance.now() - interrupted).toBeLessThan(15_000); // a stall is called one after 20 s
    expect(() => process.kill(-(child.pid ?? 0), 0)).toThrow('ESRCH'); // nobody of the group is left
  });
});

describe('bad input is one line on stderr and exit code 2', () => {
  test.each([
    [['--nodes', '1'], '--nodes must be a whole number from 2 to 100, got "1"'],
    [['--nodes', '2', '--kill-one'], '--nodes must be a whole number from 3 to 100'],
    [['--rate', 'fast'], '--rate must be a whole number'],
    [['--size', '5000'], '--size must be a whole number from 0 to 4055'],
    [['--file', '/does/not/exist'], "can't read /does/not/exist: it does not exist (ENOENT)"],
    [['--file', '/'], "can't read /: it is a folder (EISDIR)"],
    [['--frob'], 'unknown option "--frob"'],
    [['extra'], 'unexpected argument "extra"'],
  ])('%j', (args, message) => {
    const { status, stderr } = run(...args);
    expect(stderr).toContain(message);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(status).toBe(2);
  });

  test('an empty file, and a line that is too long', () => {
    expect(run('--file', file('')).stderr).toContain('has no lines');
    const { stderr, status } = run('--file', file(`short\n${'x'.repeat(5000)}`));
    expect(stderr).toMatch(/line 2 of .* has 5000 bytes, a message takes at most 4041/);
    expect(status).toBe(2);
  });
});

test('--help explains itself', () => {
  expect(run('--help')).toMatchObject({ status: 0, stdout: expect.stringContaining('--kill-one') });
});

test('lines are split at line feeds only; one at the end begins no further line', () => {
  const texts = (content: string) => splitLines(Buffer.from(content)).map(String);
  expect(texts('a\nb\n')).toEqual(['a', 'b']);
  expect(texts('a\r\n\n')).toEqual(['a\r', '']);
  expect(texts('')).toEqual([]);
});

test('a line survives its envelope, padded or not', () => {
  for (const size of [0, 100]) {
    const line = { number: 7, sentAt: 1234.5, line: Buffer.from('text') };
    expect(decodeLine(encodeLine(line, size))).toEqual(line);
  }
});

test('a hash tells a missing line from an empty one', () => {
  expect(hashLines([Buffer.from('a'), undefined])).not.toBe(hashLines([Buffer.from('a'), Buffer.alloc(0)]));
});

test('percentiles are right within two per cent, also after adding up', () => {
  const [odd, even, all] = [new Latencies(), new Latencies(), new Latencies()];
  for (let ms = 1; ms <= 1000; ms++) (ms % 2 ? odd : even).add(ms);
  for (const part of [odd, even]) all.addAll(part.toJSON());
  expect(all.percentile(0.5)).toBeGreaterThan(490);
  expect(all.percentile(0.5)).toBeLessThan(515);
  expect(all.percentile(0.99) / 990).toBeCloseTo(1, 1);
  expect(new Latencies().percentile(0.5)).toBe(0);
});

test('the table is aligned', () => {
  const row = {
    name: 'publisher',
    state: 'complete',
    neighbors: 4,
    lines: 10,
    duplicated: 0,
    redundant: 0,
    hops: 0,
    p50Ms: 0,
    p99Ms: 0,
  } as const;
  const lines = table([row, { ...row, name: 'member 1', lines: 12345 }]);
  expect(new Set(lines.map((line) => line.length)).size).toBe(1);
});
