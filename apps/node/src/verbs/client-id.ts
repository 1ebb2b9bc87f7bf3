import { stdout } from '@grapevine/cli-kit';
import { folderOf } from '../remote/server-settings.js';
import { clientIdentity } from '../remote/with-node.js';
import { DATA } from '../settings/data-folder.js';
import { helpOf } from '../settings/setting.js';
import { fromArguments, fromEnvironment } from '../settings/sources.js';
import type { NodeCommand } from './verb.js';

const SETTINGS = [{ ...DATA, help: 'the folder of the key (default: $XDG_STATE_HOME/grapevine)' }];

/** Asks no node, so it takes none of the settings that say which. */
export const clientId: NodeCommand = {
  summary: 'print the id that nodes with a list must allow',
  help: `Prints the id by which these commands are known to nodes with a list of allowed clients (grapevine
run --rpc-allow ID). The first call makes the key, in the folder of --data, readable by its owner alone.

Usage: grapevine client-id [options]

${helpOf(SETTINGS)}

--data can also stand in the environment (GRAPEVINE_DATA).`,
  usage: [],
  settings: SETTINGS,
  run: async (args) => {
    const { flags } = fromArguments(args, SETTINGS, []);
    const given = new Map([...fromEnvironment(process.env, SETTINGS), ...flags]);
    await stdout().line(clientIdentity(folderOf({ given, environment: process.env })).id);
  },
};
