import { completionCommand } from './completion/command.js';
import { strangeVariables } from './settings/environment.js';
import { RUN_HELP } from './settings/run-help.js';
import { CONFIG, RUN_SETTINGS } from './settings/run-settings.js';
import { bench } from './verbs/bench.js';
import { clientId } from './verbs/client-id.js';
import { join } from './verbs/join.js';
import { leave } from './verbs/leave.js';
import { neighbors } from './verbs/neighbors.js';
import { ping } from './verbs/ping.js';
import { publish } from './verbs/publish.js';
import { snapshot } from './verbs/snapshot.js';
import { stop } from './verbs/stop.js';
import { subscribe } from './verbs/subscribe.js';
import { ticket } from './verbs/ticket.js';
import { topics } from './verbs/topics.js';
import { commandOf, type NodeCommand, type Verb } from './verbs/verb.js';

const verbs: Readonly<Record<string, Verb>> = {
  topics,
  join,
  leave,
  publish,
  subscribe,
  neighbors,
  snapshot,
  ticket,
  ping,
  bench,
  stop,
};

const runCommand: NodeCommand = {
  summary: 'keep a node up',
  help: RUN_HELP,
  usage: [],
  settings: [CONFIG, ...RUN_SETTINGS],
  // Loaded when it is needed: the others start sooner without metrics, log and discovery.
  run: async (args) => (await import('./node/run.js')).run(args),
};

/** A command that begins only where no setting in the environment is misspelt. */
const checked = (command: NodeCommand): NodeCommand => ({
  ...command,
  run: async (args) => {
    strangeVariables(process.env);
    await command.run(args);
  },
});

/** In the order of the help. */
export const COMMANDS: ReadonlyMap<string, NodeCommand> = new Map<string, NodeCommand>([
  ['run', runCommand], // looks itself, and names in its log what is no setting
  ...Object.entries(verbs).map(([name, verb]): [string, NodeCommand] => [name, checked(commandOf(name, verb))]),
  ['client-id', checked(clientId)],
  ['completion', completionCommand(() => COMMANDS)],
]);
