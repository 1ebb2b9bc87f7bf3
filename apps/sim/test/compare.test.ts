import { mkdirSync, writeFileSync } from 'node:fs';
import { afterAll, describe, expect, test } from 'vitest';
import { runCli, TemporaryFolder } from './run-cli.js';

const folder = new TemporaryFolder();
afterAll(() => folder.remove());

function results(name: string, latency: string): string {
  const path = folder.join(`${name}.toml`);
  writeFileSync(
    path,
    `seeds = [0]\nconfig.latency.static = "${latency}"\n[[scenario]]\nsim = "GossipSingle"\nnodes = 10\nrounds = 2\n`,
  );
  const out = folder.join(name);
  expect(runCli('run', path, '--out', out).status).toBe(0);
  return out;
}

describe('grapevine-sim compare', () => {
  test('finds no difference between equal runs', () => {
    const { stdout, status } = runCli('compare', results('a', '10ms'), results('b', '10ms'));
    expect(status).toBe(0);
    expect(stdout).toMatch(/^GossipSingle-n10-r2\n/);
    expect(stdout).toMatch(/mean +\+0\.00% +\+0\.00% +\+0\.00% +\+0\.00%\n/);
  });

  test('measures against the first folder', () => {
    const { stdout } = runCli('compare', results('slow', '40ms'), results('fast', '20ms'), '--json');
    const [{ mean }] = JSON.parse(stdout) as [
      { readonly mean: { readonly duration: number; readonly missed: number } },
    ];
    expect(mean.duration).toBeCloseTo(-0.5, 6);
    expect(mean.missed).toBe(0);
  });

  test('says what is only in one of the folders', () => {
    const empty = folder.join('empty');
    mkdirSync(empty);
    writeFileSync(folder.join('empty', 'x.results.json'), '{"format":"something else"}');
    expect(runCli('compare', results('c', '10ms'), empty)).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(/^grapevine-sim: .*x\.results\.json is not a result of grapevine-sim run\n$/),
    });
  });
});
