import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { expect, test } from 'vitest';
import { CLI, grapevine, NodeProcess, TemporaryFolder } from './node-process.js';

const local = ['--bind', '127.0.0.1:0', '--rpc', '127.0.0.1:0', '--topic', 'room', '--log-level', 'debug'];

/** A node whose log goes somewhere where it can't be read from; it is up when it gives its ticket. */
async function nodeLoggingTo(stdout: number | 'pipe', data: string) {
  const child = spawn(process.execPath, [CLI, 'run', '--data', data, ...local], { stdio: ['ignore', stdout, 'pipe'] });
  child.stdout?.destroy(); // nobody reads it
  let stderr = '';
  child.stderr?.on('data', (text) => (stderr += text));
  const exited = once(child, 'close').then(([code, signal]) => ({ code, signal, stderr }));
  let ticket = '';
  const asks = async () => {
    ({ stdout: ticket } = await grapevine(['ticket', '--data', data]));
    return ticket;
  };
  await expect.poll(asks, { timeout: 20_000 }).toMatch(/^endpoint/);
  return { ticket: ticket.trim(), end: () => child.kill('SIGTERM'), exited, kill: () => child.kill('SIGKILL') };
}

/** A peer comes and goes: a line of the log from the depth of the driver. */
async function visit(ticket: string, data: string): Promise<void> {
  await using peer = new NodeProcess(['--data', data, ...local, '--join', ticket]);
  await peer.logged('up');
  peer.kill('SIGTERM');
  expect((await peer.exited).code).toBe(0);
}

test.skipIf(process.platform !== 'linux')(
  'a node whose log is on a full disk serves its peers, says so once, and ends on a signal (needs /dev/full: Linux)',
  async () => {
    using folder = new TemporaryFolder();
    const full = openSync('/dev/full', 'w');
    const node = await nodeLoggingTo(full, folder.join('a')).finally(() => closeSync(full));
    try {
      await visit(node.ticket, folder.join('b'));
      expect((await grapevine(['topics', '--data', folder.join('a')])).code).toBe(0);
      node.end();
      expect(await node.exited).toEqual({
        code: 0,
        signal: null,
        stderr: "grapevine: can't write the log, lines are lost: ENOSPC: no space left on device, write\n",
      });
    } finally {
      node.kill();
    }
  },
);

test('so does one whose log nobody reads any more', async () => {
  using folder = new TemporaryFolder();
  const node = await nodeLoggingTo('pipe', folder.join('a'));
  try {
    await visit(node.ticket, folder.join('b'));
    node.end();
    expect(await node.exited).toMatchObject({ code: 0, signal: null });
  } finally {
    node.kill();
  }
});
