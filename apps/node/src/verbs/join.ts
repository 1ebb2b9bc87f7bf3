import { stdout } from '@grapevine/cli-kit';
import { DEFAULT_WAIT_MS, meetSomebody, WAIT_HELP } from '../remote/meet-somebody.js';
import { withNode } from '../remote/with-node.js';
import { duration, lastOf, read, room, ticketOrId } from '../settings/values.js';
import type { Verb } from './verb.js';

export const join: Verb = {
  summary: 'have a node enter a topic',
  about: `Has a node enter a topic and stay in it, also after a restart, until "leave". A room ticket has
topic and members in it; other tickets, or endpoint ids, name nodes that are in the topic already. With
any of these, the command waits until the node has a neighbor, also if it was in the topic before.`,
  usage: ['TOPIC', '[TICKET…]'],
  settings: [{ flag: 'timeout', kind: 'text', metavar: 'TIME', help: WAIT_HELP }],
  run: (call) => {
    const [name, ...tickets] = call.positionals as [string, ...string[]];
    const waitMs = lastOf(call.given, 'timeout', duration) ?? DEFAULT_WAIT_MS;
    const { topic, peers: inRoom } = read(name, 'TOPIC', room);
    const peers = [...inRoom, ...tickets.map((ticket) => read(ticket, 'TICKET', ticketOrId))];
    return withNode(call, async ({ remote, signal }) => {
      const out = stdout();
      const isNew = await remote.control.enter(topic, peers);
      await out.line(`${isNew ? 'entered' : 'was already in'} ${topic}`);
      if (peers.length === 0) return;
      await using subscription = await remote.subscribe(topic);
      if (await meetSomebody(subscription, waitMs, signal)) return;
      throw new Error(`the node has no neighbor in it after ${waitMs / 1000} s; it goes on looking`);
    });
  },
};
