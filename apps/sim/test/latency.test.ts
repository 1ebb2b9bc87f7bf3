import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import type { LoadRow } from '@grapevine/sim';
import { afterAll, describe, expect, test } from 'vitest';
import { CLI, runCli, TemporaryFolder } from './run-cli.js';
import { expectWellFormed } from './well-formed.js';

const folder = new TemporaryFolder();
afterAll(() => folder.remove());

const SMALL = ['latency', '--nodes', '8', '--rate', '20,40', '--duration', '3s'];

describe('grapevine-sim latency', () => {
  test('prints a row for each load and rule, whatever the number of threads', () => {
    const { stdout, status } = runCli(...SMALL, '--threads', '1');
    expect(status).toBe(0);
    const rows = stdout.trimEnd().split('\n').slice(2);
    expect(rows.map((row) => row.split(' | ').slice(0, 2))).toEqual(
      ['20', '40'].flatMap((rate) => ['reference', 'hardened', 'flood'].map((rule) => [`| 8 nodes, ${rate}/s`, rule])),
    );
    expect(runCli(...SMALL, '--threads', '2').stdout).toBe(stdout);
  });

  test('takes all that a load can have, and prints it as JSON', () => {
    const { stdout, status } = runCli(
      ...['latency', '--nodes', '12', '--rate', '10', '--senders', '3', '--together', '--crash', '20', '--bytes', '50'],
      ...['--duration', '6s', '--link', '5ms-6ms', '--rules', 'flood,hardened', '--runs', '1', '--seed', '7', '--json'],
    );
    expect(status).toBe(0);
    const rows = JSON.parse(stdout) as LoadRow[];
    expect(rows.map(({ rule }) => rule)).toEqual(['hardened', 'flood']);
    for (const { load, recovery, lost } of rows) {
      expect(load).toBe('12 nodes together, 10/s each, 3 senders, 5ms-6ms, 50 bytes, 20 % crash');
      expect(recovery).toBeDefined();
      expect(lost).toBe(0);
    }
  });

  test('draws the times of each load, and what follows a crash', () => {
    const out = folder.join('pictures');
    const { status } = runCli(...SMALL, '--rate', '20', '--duration', '8s', '--crash', '20', '--out', out);
    expect(status).toBe(0);
    const pictures = readdirSync(out).sort();
    expect(pictures).toEqual([
      '8-nodes-20-per-second-20-percent-crash.recovery.svg',
      '8-nodes-20-per-second-20-percent-crash.svg',
    ]);
    for (const picture of pictures) expectWellFormed(readFileSync(folder.join('pictures', picture), 'utf8'));
  });

  test('prints what is finished on Ctrl-C', async () => {
    const program = spawn(process.execPath, [
      CLI,
      'latency',
      '--nodes',
      '8',
      '--rate',
      '10,100000',
      '--duration',
      '30s',
      '--threads',
      '1',
    ]);
    let stdout = '';
    program.stdout.setEncoding('utf8').on('data', (text) => (stdout += text));
    for await (const text of program.stderr.setEncoding('utf8')) {
      if (!text.includes('finished 8 nodes, 10/s')) continue;
      program.kill('SIGINT');
      break;
    }
    const [code] = await once(program, 'close');
    expect(code).toBe(130);
    expect(stdout.trimEnd().split('\n')).toHaveLength(2 + 3);
  });

  test.each([
    [['--link', '40ms-20ms'], '--link must be a time such as 30ms or 20ms-40ms, at most 60s, got "40ms-20ms"'],
    [['--link', '30'], '--link must be a time such as 30ms or 20ms-40ms, at most 60s, got "30"'],
    [['--duration', '20'], '--duration must be a time such as 20s, from 1s to 1h, got "20"'],
    [['--nodes', '5', '--senders', '6'], '--senders must be at most --nodes, got 6 of 5'],
    [['--rules', 'flood,tree'], '--rules must be of reference, hardened, flood, got "tree"'],
  ])('says what is wrong: %s', (args, line) => {
    expect(runCli('latency', ...args)).toMatchObject({ status: 2, stdout: '', stderr: `grapevine-sim: ${line}\n` });
  });
});
