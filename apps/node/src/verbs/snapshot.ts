import { printableJson, stdout } from '@grapevine/cli-kit';
import { withNode } from '../remote/with-node.js';
import { read, room } from '../settings/values.js';
import type { Verb } from './verb.js';

/** What JSON has no form for: numbers and data of custom transports. */
function readable(_: string, value: unknown): unknown {
  if (typeof value === 'bigint') return String(value);
  return value instanceof Uint8Array ? Buffer.from(value).toString('hex') : value;
}

export const snapshot: Verb = {
  summary: 'print what a node looks like inside, as JSON',
  about: `Prints what a node looks like right now, as JSON: topics with their views and caches, peers with
their connections, counters.`,
  usage: ['[TOPIC]'],
  settings: [],
  run: (call) =>
    withNode(call, async ({ remote }) => {
      const [name] = call.positionals;
      const whole = await remote.snapshot();
      const wanted = name === undefined ? whole : whole.topics.find(({ id }) => id === read(name, 'TOPIC', room).topic);
      if (!wanted) throw new Error(`the node is not in the topic ${name}`);
      await stdout().line(printableJson(wanted, readable, 2));
    }),
};
