import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { blockOf } from '../../../test/docs/pages.js';
import type { PaperMeasurements } from '../src/papers/measure.js';
import { messagesUntilBack } from '../src/papers/statistics.js';
import { CLI, runCli, TemporaryFolder } from './run-cli.js';
import { expectWellFormed } from './well-formed.js';

const NODES = 100;
const folder = new TemporaryFolder();
let stdout: string;
let measurements: PaperMeasurements;

beforeAll(() => {
  const result = runCli('papers', '--nodes', String(NODES), '--out', folder.path);
  expect(result.status).toBe(0);
  stdout = result.stdout;
  measurements = JSON.parse(readFileSync(folder.join('measurements.json'), 'utf8')) as PaperMeasurements;
}, 60_000);
afterAll(() => folder.remove());

describe(`grapevine-sim papers with ${NODES} nodes`, () => {
  test('prints ours beside the published figures', () => {
    expect(stdout).toMatch(/^HyParView, published +0\.000920 +6\.38542 +9\.0$/m);
    expect(stdout).toMatch(/^ours +0\.0\d+ +\d\.\d+ +\d\.\d +1$/m);
    expect(stdout).toMatch(/^Plumtree, s-s, published +9,999 +29,987 /m);
    expect(stdout).toMatch(/^trees, s-s, ours +99 +\d+ /m);
    expect(stdout).toMatch(/^95 % .* 90\.8 %/m);
  });

  test('prints the tables that docs/papers.md has, with the same published figures', () => {
    const { code } = blockOf('docs/papers.md', 'apps/sim/test/papers.test.ts');
    const titles = (text: string) =>
      text
        .split('\n')
        .flatMap((line, i, lines) => (lines[i + 1]?.startsWith('───') ? [line.trim().split(/ {2,}/)] : []));
    expect(titles(code).length).toBe(6);
    expect(titles(stdout)).toEqual(titles(code));
    const published = (text: string) =>
      text
        .split('\n')
        .filter((line) => /^[\w ,-]+, published/.test(line))
        .map((line) => line.trim().split(/ {2,}/));
    expect(published(stdout)).toEqual(published(code));
  });

  test('draws every curve', () => {
    const pictures = readdirSync(folder.path).filter((name) => name.endsWith('.svg'));
    expect(pictures.sort()).toEqual([
      'healing.svg',
      'in-degree.svg',
      'ldh.svg',
      'recovery.svg',
      'reliability.svg',
      'rmr.svg',
    ]);
    for (const picture of pictures) expectWellFormed(readFileSync(folder.join(picture), 'utf8'));
  });

  test('has connected overlays of nearly full views', () => {
    for (const { overlay } of measurements.failures) {
      expect(overlay.components).toBe(1);
      expect(overlay.inDegrees[5]).toBeGreaterThan(0.9 * NODES);
    }
  });

  test('has trees without redundancy that reach everybody', () => {
    for (const { senders, cycles } of measurements.trees) {
      expect(cycles).toHaveLength(101);
      expect(cycles.every(({ reliability }) => reliability === 1)).toBe(true);
      // Each of several senders has a tree of its own, and the last ones have hardly begun theirs.
      if (senders === 'm-s') expect(cycles.at(-1)?.rmr).toBeLessThan(0.05);
      else expect(cycles.at(-1)).toMatchObject({ rmr: 0, payload: NODES - 1 });
    }
  });

  test('heals after failures of up to 80 percent', () => {
    for (const { share, cycles, reliabilities } of measurements.failures) {
      if (share > 0.8) continue;
      expect(reliabilities).toHaveLength(1_000);
      expect(reliabilities.at(-1)).toBe(1);
      expect(cycles.at(-1)).toBe(1);
    }
  });

  test('gives the same figures with one thread', () => {
    const again = runCli('papers', '--nodes', '20', '--threads', '1', '--json', '--out', folder.join('one'));
    const two = runCli('papers', '--nodes', '20', '--threads', '2', '--json', '--out', folder.join('two'));
    expect(two.stdout).toBe(again.stdout);
    expect(readdirSync(folder.join('two'))).not.toContain('unfinished.json');
  });

  test('keeps an experiment as soon as it is finished, and goes on with the rest', async () => {
    const out = folder.join('interrupted');
    // The last step fails, so the command has to be repeated. What it has kept is not computed again.
    mkdirSync(join(out, 'measurements.json'), { recursive: true });
    const kept = () => JSON.parse(readFileSync(join(out, 'unfinished.json'), 'utf8')) as { results: object };
    const run = spawn(process.execPath, [CLI, 'papers', '--nodes', '20', '--threads', '1', '--out', out]);
    const failed = once(run, 'close');
    const [first] = (await once(run.stderr.setEncoding('utf8'), 'data')) as [string];
    expect(Object.keys(kept().results)).toContain(/^(.*?): LDH /.exec(first)?.[1]);
    run.stderr.resume();
    expect((await failed)[0]).not.toBe(0);

    expect(Object.keys(kept().results)).toHaveLength(12);
    rmdirSync(join(out, 'measurements.json'));
    const lost = '80 % failures';
    const results = { ...kept().results, [lost]: undefined };
    writeFileSync(join(out, 'unfinished.json'), JSON.stringify({ ...kept(), results }));
    const resumed = runCli('papers', '--nodes', '20', '--resume', '--json', '--out', out);
    expect(resumed.stderr).toMatch(new RegExp(`^${lost}: mean reliability .*\n$`));
    expect(resumed.stdout).toBe(readFileSync(folder.join('one', 'measurements.json'), 'utf8'));
  });

  test.each([
    ['nothing is unfinished', 'two', /there is no unfinished run in/],
    ['other nodes', 'three', /has --nodes 30 --seed 1$/],
    ['no JSON', 'four', /unfinished\.json is not an unfinished run/],
  ])('has nothing to go on with: %s', (_, name, line) => {
    for (const made of ['two', 'three', 'four']) mkdirSync(folder.join(made), { recursive: true });
    writeFileSync(folder.join('three', 'unfinished.json'), JSON.stringify({ nodes: 30, seed: 1, results: {} }));
    writeFileSync(folder.join('four', 'unfinished.json'), '{');
    const { status, stderr } = runCli('papers', '--nodes', '20', '--resume', '--out', folder.join(name));
    expect(stderr.trimEnd()).toMatch(line);
    expect(status).toBe(2);
  });
});

test('messages until back: those up to the last that somebody missed', () => {
  const failure = (reliabilities: readonly number[]) => ({ reliabilities }) as PaperMeasurements['failures'][number];
  expect(messagesUntilBack(failure([1, 1]))).toBe(0);
  expect(messagesUntilBack(failure([0.5, 1, 0.9, 1]))).toBe(3);
  expect(messagesUntilBack(failure([1, 0.9]))).toBeUndefined();
});
