import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { afterAll, describe, expect, test } from 'vitest';
import { barChart } from '../src/plots/bar-chart.js';
import { lineChart } from '../src/plots/line-chart.js';
import { runCli, TemporaryFolder } from './run-cli.js';
import { expectWellFormed } from './well-formed.js';

const folder = new TemporaryFolder();
afterAll(() => folder.remove());

describe('grapevine-sim plot', () => {
  test('draws three pictures for each scenario', () => {
    const path = folder.join('all.toml');
    writeFileSync(path, 'seeds = [0, 1]\n[[scenario]]\nsim = "GossipAll"\nnodes = 10\nrounds = 3\n');
    const out = folder.join('all');
    expect(runCli('run', path, '--out', out).status).toBe(0);
    const { stdout, status } = runCli('plot', out);
    expect(status).toBe(0);
    const pictures = readdirSync(out).filter((name) => name.endsWith('.svg'));
    expect(pictures.sort()).toEqual([
      'GossipAll-n10-r3.in-degree.svg',
      'GossipAll-n10-r3.ldh.svg',
      'GossipAll-n10-r3.rmr.svg',
    ]);
    for (const picture of pictures) {
      expect(stdout).toContain(picture);
      expectWellFormed(readFileSync(folder.join('all', picture), 'utf8'));
    }
  });
});

describe('a chart', () => {
  test('keeps markup in names out of the picture', () => {
    const svg = lineChart({
      title: 'a < b & "c"',
      x: { label: '<x>' },
      y: { label: 'y' },
      series: [{ name: '<script>', points: [[0, 1]] }],
    });
    expect(svg).toContain('a &lt; b &amp; &quot;c&quot;');
    expect(svg).not.toContain('<script>');
    expectWellFormed(svg);
  });

  test('puts every point inside of it, on logarithmic axes, too', () => {
    const svg = lineChart({
      title: 't',
      x: { label: 'x', scale: 'log', min: 1 },
      y: { label: 'y', min: 0 },
      series: [{ name: 's', points: [1, 10, 100, 1000].map((x) => [x, x * 3] as const) }],
    });
    const path = / d="([^"]+)"/.exec(svg)?.[1] ?? '';
    const numbers = path.match(/[\d.]+/g)?.map(Number) ?? [];
    expect(numbers).toHaveLength(8);
    for (const number of numbers) expect(number).toBeGreaterThanOrEqual(0);
    const xs = numbers.filter((_, i) => i % 2 === 0);
    expect((xs[1] ?? 0) - (xs[0] ?? 0)).toBeCloseTo((xs[2] ?? 0) - (xs[1] ?? 0), 0);
  });

  test('has a bar of no height for nothing on a logarithmic axis', () => {
    const svg = barChart({
      title: 't',
      categories: ['a', 'b'],
      xLabel: 'x',
      y: { label: 'y', scale: 'log', min: 0.1 },
      groups: [{ name: 'g', values: [0, 100] }],
    });
    expect(svg).toContain('height="0"');
    expect(svg).not.toMatch(/NaN|Infinity/);
    expectWellFormed(svg);
  });

  test('survives values that are all equal', () => {
    const svg = lineChart({
      title: 't',
      x: { label: 'x' },
      y: { label: 'y' },
      series: [{ name: 's', points: [[0, 0]] }],
    });
    expect(svg).not.toMatch(/NaN|Infinity/);
  });
});
