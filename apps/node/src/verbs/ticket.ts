import { formatTicket } from '@grapevine/api';
import { Output } from '../io/output.js';
import { withNode } from '../remote/with-node.js';
import type { Verb } from './verb.js';

export const ticket: Verb = {
  summary: 'print the ticket that brings others to a node',
  about: `Prints a node's ticket and nothing else: its id and where it is reached. Others enter topics through
it (--join TICKET).`,
  usage: [],
  settings: [],
  run: (call) =>
    withNode(call, async ({ remote }) => {
      await new Output().line(formatTicket(await remote.control.addr()));
    }),
};
