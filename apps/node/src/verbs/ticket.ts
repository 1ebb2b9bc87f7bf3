import { formatRoomTicket, formatTicket } from '@grapevine/api';
import { stderr, stdout } from '@grapevine/cli-kit';
import { reachWarning } from '@grapevine/net';
import { withNode } from '../remote/with-node.js';
import { read, room } from '../settings/values.js';
import type { Verb } from './verb.js';

export const ticket: Verb = {
  summary: 'print the ticket that brings others to a node, or into a topic',
  about: `Prints a node's ticket and nothing else: its id and where it is reached. Others enter topics through
it (--join TICKET). With a TOPIC it prints a room ticket, which has the topic in it and can be given
wherever a TOPIC can.

A warning on stderr says when only this machine can use it.`,
  usage: ['[TOPIC]'],
  settings: [],
  run: (call) => {
    const [name] = call.positionals;
    const topic = name === undefined ? undefined : read(name, 'TOPIC', room).topic;
    return withNode(call, async ({ remote }) => {
      if (topic !== undefined && !(await remote.control.topics()).includes(topic))
        throw new Error(`the node is not in the topic ${name} (grapevine join ${name})`);
      const addr = await remote.control.addr();
      await stdout().line(topic === undefined ? formatTicket(addr) : formatRoomTicket({ topic, peers: [addr] }));
      const warning = reachWarning(addr);
      if (warning !== undefined) stderr().write(`${warning} (grapevine run --bind, --advertise)\n`);
    });
  },
};
