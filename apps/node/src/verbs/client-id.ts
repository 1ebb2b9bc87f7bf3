import { stdout } from '@grapevine/cli-kit';
import { folderOf } from '../remote/server-settings.js';
import { clientIdentity } from '../remote/with-node.js';
import type { Verb } from './verb.js';

export const clientId: Verb = {
  summary: 'print the id that nodes with a list must allow',
  about: `Prints the id by which these commands are known to nodes with a list of allowed clients (grapevine
run --rpc-allow ID). The first call makes the key, in the folder of --data, readable by its owner alone.`,
  usage: [],
  settings: [],
  run: async (call) => {
    await stdout().line(clientIdentity(folderOf(call)).id);
  },
};
