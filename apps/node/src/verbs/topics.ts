import { stdout } from '@grapevine/cli-kit';
import { withNode } from '../remote/with-node.js';
import type { Verb } from './verb.js';

export const topics: Verb = {
  summary: 'list the topics that a node is in',
  about: 'Lists the topics that a node is in, one a line: its id, and how many neighbors the node has in it.',
  usage: [],
  settings: [],
  run: (call) =>
    withNode(call, async ({ remote }) => {
      const out = stdout();
      for (const { id, activeView } of (await remote.snapshot()).topics) {
        await out.line(`${id}  ${activeView.length === 1 ? '1 neighbor' : `${activeView.length} neighbors`}`);
      }
    }),
};
