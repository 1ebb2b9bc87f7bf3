import { expect, test } from 'vitest';
import { NodeProcess, TemporaryFolder } from './node-process.js';

test('a node whose event loop stands still for 30 s ends, so that its supervisor starts it again', async () => {
  using folder = new TemporaryFolder();
  const preload = new URL('frozen-loop.mjs', import.meta.url).href;
  const args = ['--data', folder.path, '--bind', '127.0.0.1:0'];
  await using node = new NodeProcess(args, { NODE_OPTIONS: `--import=${preload}` });
  await node.logged('up');
  node.kill('SIGUSR2');
  expect(await node.exited).toEqual({ code: null, signal: 'SIGKILL' });
  await node.logged('the event loop stands still: ending, so that a supervisor starts the node again');
  await using next = new NodeProcess(args);
  await next.logged('up');
});
