import { stdout } from '@grapevine/cli-kit';
import { withNode } from '../remote/with-node.js';
import { read, room } from '../settings/values.js';
import type { Verb } from './verb.js';

export const leave: Verb = {
  summary: 'have a node leave a topic',
  about: `Has a node leave a topic. Programs that are subscribed to it through the node stay in it until they
end. A topic of the node's settings is entered again when the node starts again.`,
  usage: ['TOPIC'],
  settings: [],
  run: (call) =>
    withNode(call, async ({ remote }) => {
      const [name] = call.positionals as [string];
      const topic = read(name, 'TOPIC', room).topic;
      if (!(await remote.control.leave(topic))) throw new Error(`the node is not in the topic ${name} by itself`);
      await stdout().line(`left ${topic}`);
    }),
};
