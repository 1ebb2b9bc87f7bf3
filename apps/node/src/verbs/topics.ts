import { stderr, stdout } from '@grapevine/cli-kit';
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
      const { topics } = await remote.snapshot();
      if (topics.length === 0) stderr().write('the node is in no topic (grapevine join TOPIC)\n');
      for (const { id, activeView } of topics) {
        await out.line(`${id}  ${activeView.length === 1 ? '1 neighbor' : `${activeView.length} neighbors`}`);
      }
    }),
};
