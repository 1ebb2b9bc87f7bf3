import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { Gossip } from '@grapevine/api';
import { expect, test } from 'vitest';
import { pages } from './docs/pages.js';
import { compileAll, folderOf } from './docs/programs.js';

/** What the process prints, as far as it has come; rejects when it ends. */
async function prints(child: ChildProcess, pattern: RegExp, output: { text: string }): Promise<RegExpExecArray> {
  for (;;) {
    const found = pattern.exec(output.text);
    if (found) return found;
    if (child.exitCode !== null) throw new Error(`ended with ${child.exitCode}: ${output.text}`);
    await Promise.race([once(child.stdout as never, 'data'), once(child, 'exit')]);
  }
}

test('the chat of the guide survives whatever somebody with the ticket sends, and prints nothing that steers a terminal', async () => {
  const page = pages().filter(({ path }) => path === 'docs/guides/chat.md');
  expect(compileAll(page)).toEqual([]);
  const [chat] = page;
  if (!chat) throw new Error('the guide is gone');
  const child = spawn(process.execPath, ['chat.mjs', 'alice'], { cwd: folderOf(chat), stdio: 'pipe' });
  const output = { text: '' };
  for (const pipe of [child.stdout, child.stderr]) pipe.on('data', (text) => (output.text += text));
  try {
    const [, ticket = ''] = await prints(child, /come in: (\S+)/, output);
    await using node = await Gossip.bind();
    await using topic = await node.subscribe(ticket as `room${string}`);
    await topic.joined({ signal: AbortSignal.timeout(20_000) });
    const hostile = ['no JSON', 'null', '[]', '{"name":{}}', Buffer.from([0xff, 0xfe]), ''];
    for (const bytes of hostile) await topic.broadcast(bytes);
    await topic.broadcast(JSON.stringify({ name: 'mallory', text: '\x1b[2Jboo' }));
    await prints(child, /mallory: \?\[2Jboo\n/, output);
  } finally {
    child.kill('SIGKILL');
  }
});
