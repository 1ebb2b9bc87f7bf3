import { stdout } from '@grapevine/cli-kit';
import { addressOf, withNode } from '../remote/with-node.js';
import { lastOf, wholeNumber } from '../settings/values.js';
import type { Verb } from './verb.js';

export const ping: Verb = {
  summary: 'ask a node whether it is there',
  about: `Asks a node whether it is there, and prints how long the answer took. The first answer takes a
handshake as well.`,
  usage: [],
  settings: [{ flag: 'count', kind: 'text', metavar: 'N', help: 'how often to ask, one after the other (default: 1)' }],
  run: (call) =>
    withNode(call, async ({ remote, server, signal }) => {
      const out = stdout();
      const count = lastOf(call.given, 'count', wholeNumber(1, 1_000_000)) ?? 1;
      const until = AbortSignal.any([signal, out.gone]);
      for (let i = 0; i < count && !until.aborted; i++) {
        await out.line(`${addressOf(server)} answers after ${(await remote.control.ping()).toFixed(2)} ms`);
      }
    }),
};
