import { writeFileSync } from 'node:fs';
import { afterAll, describe, expect, test } from 'vitest';
import { runCli, TemporaryFolder } from './run-cli.js';

const folder = new TemporaryFolder();
afterAll(() => folder.remove());

describe('grapevine-sim modes', () => {
  test('runs each scenario of each file in both modes, whatever the number of threads', () => {
    const path = folder.join('two.toml');
    const scenario = (name: string) => `[[scenario]]\nname = "${name}"\nsim = "GossipMulti"\nnodes = 20\nrounds = 3\n`;
    writeFileSync(path, `seeds = [0, 1]\n${scenario('one')}${scenario('other')}`);
    const { stdout, status } = runCli('modes', path, path, '--threads', '1');
    expect(status).toBe(0);
    const rows = stdout.trimEnd().split('\n').slice(2);
    expect(rows.map((row) => row.split(' | ').slice(0, 3))).toEqual(
      ['one', 'other', 'one', 'other'].flatMap((name) =>
        ['reference', 'hardened'].map((mode) => [`| ${name}`, mode, '100.00 %']),
      ),
    );
    const otherSeeds = folder.join('other-seeds.toml');
    writeFileSync(otherSeeds, `seeds = [7]\n${scenario('one')}${scenario('other')}`);
    expect(runCli('modes', otherSeeds, otherSeeds, '--seeds', '2', '--threads', '2').stdout).toBe(stdout);
  });

  test('says what is missing', () => {
    expect(runCli('modes')).toMatchObject({ status: 2, stderr: 'grapevine-sim: FILE.toml is missing (see --help)\n' });
  });
});
