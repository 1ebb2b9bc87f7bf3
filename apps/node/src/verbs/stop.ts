import { setTimeout } from 'node:timers/promises';
import { stdout } from '@grapevine/cli-kit';
import { ownerOf } from '../node/folder-lock.js';
import { folderOf } from '../remote/server-settings.js';
import { withNode } from '../remote/with-node.js';
import { duration, lastOf } from '../settings/values.js';
import type { Verb } from './verb.js';

/** A node leaves its topics within 5 s. */
const DEFAULT_WAIT_MS = 10_000;
const LOOK_MS = 50;

export const stop: Verb = {
  summary: 'have a node end in good order',
  about: `Has a node leave its topics in good order and end, as SIGTERM does. If it is the node of --data, the
command waits until it has ended. A supervisor may start it again.`,
  usage: [],
  settings: [{ flag: 'timeout', kind: 'text', metavar: 'TIME', help: 'how long to wait for the end (default: 10s)' }],
  run: async (call) => {
    const waitMs = lastOf(call.given, 'timeout', duration) ?? DEFAULT_WAIT_MS;
    await withNode(call, ({ remote }) => remote.control.shutdown());
    const out = stdout();
    if (call.given.has('rpc')) return await out.line('told to end');
    const end = performance.now() + waitMs;
    while ((await ownerOf(folderOf(call))) !== undefined) {
      if (performance.now() > end)
        throw new Error(`the node was told to end, and is still running after ${waitMs / 1000} s`);
      await setTimeout(LOOK_MS);
    }
    await out.line('ended');
  },
};
