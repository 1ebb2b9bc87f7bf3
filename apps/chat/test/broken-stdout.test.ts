import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { expect, test } from 'vitest';
import { cli } from './chat-process.js';

/** A chat room whose input stays open; how it ends. */
async function chatPrintingTo(stdout: number | 'pipe') {
  const child = spawn(process.execPath, [cli, '--bind', '127.0.0.1:0', 'open'], { stdio: ['pipe', stdout, 'pipe'] });
  child.stdout?.destroy(); // nobody reads it
  let stderr = '';
  child.stderr?.on('data', (text) => (stderr += text));
  const [code, signal] = await once(child, 'close');
  return { code, signal, stderr };
}

test('a chat that nobody reads any more (| head -1) leaves the room, and is no failure', async () => {
  expect(await chatPrintingTo('pipe')).toEqual({ code: 0, signal: null, stderr: '' });
});

test.skipIf(process.platform !== 'linux')(
  'one whose output is on a full disk leaves as well, and says why (needs /dev/full: Linux)',
  async () => {
    const full = openSync('/dev/full', 'w');
    expect(await chatPrintingTo(full).finally(() => closeSync(full))).toEqual({
      code: 1,
      signal: null,
      stderr: "grapevine-chat: can't write to stdout: ENOSPC: no space left on device, write\n",
    });
  },
);
