import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { CLI, NodeProcess, TemporaryFolder } from './node-process.js';

test.skipIf(process.platform === 'win32')(
  'a signal to npx ends the node (needs the shells of npm: not on Windows)',
  async () => {
    using folder = new TemporaryFolder();
    const log = folder.join('log');
    const command = `"${process.execPath}" "${CLI}" run --data "${folder.path}" --bind 127.0.0.1:0 > "${log}" & wait`;
    // npx runs a shell, passes signals on to that, and the shell dies of them.
    const shell = spawn('sh', ['-c', command], {
      env: { ...process.env, npm_lifecycle_event: 'npx' },
      stdio: 'ignore',
    });
    const read = () => readFileSync(log, { encoding: 'utf8', flag: 'a+' });
    await expect.poll(read, { timeout: 20_000 }).toContain('"up"');
    shell.kill('SIGTERM');
    await once(shell, 'exit');
    await expect.poll(read, { timeout: 20_000 }).toMatch(/"why":"npx has ended".*"ending"[\s\S]*"ended"/);
  },
);

test('where QUIC does not run, the node takes iroh and says so', async () => {
  using folder = new TemporaryFolder();
  const withoutQuic = new URL('../../../test/support/without-quic.mjs', import.meta.url).href;
  const env = { NODE_OPTIONS: `--import=${withoutQuic}` };
  const args = ['--bind', '127.0.0.1:0', '--metrics', '127.0.0.1:0', '--topic', 'room'];
  await using a = new NodeProcess(['--data', folder.join('a'), ...args], env);
  expect(await a.logged('no QUIC here: taking the iroh transport, as all nodes of the swarm must')).toMatchObject({
    reason: expect.stringContaining('is not installed'),
  });
  await using b = new NodeProcess(['--data', folder.join('b'), ...args, '--join', await a.ticket()], env);
  await b.pageBecomes('/readyz', 200);
  await using c = new NodeProcess(['--data', folder.join('c'), '--transport', 'quic', ...args], env);
  expect((await c.exited).code).toBe(1);
  expect(c.stderr).toMatch(/^grapevine: .*is not installed/);
  await using d = new NodeProcess(['--data', folder.join('d'), ...args, '--web', '127.0.0.1:0'], env);
  expect((await d.exited).code).toBe(1);
  expect(d.stderr).toMatch(/^grapevine: --web needs QUIC; without --web the node runs over iroh\. .*is not installed/);
});
