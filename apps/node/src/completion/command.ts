import { stdout } from '@grapevine/cli-kit';
import { fromArguments } from '../settings/sources.js';
import { oneOf, read } from '../settings/values.js';
import type { NodeCommand } from '../verbs/verb.js';
import { bashCompletion } from './bash.js';
import { fishCompletion } from './fish.js';
import { completedCommands } from './model.js';
import { zshCompletion } from './zsh.js';

const SCRIPTS = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion };
const SHELLS = Object.keys(SCRIPTS) as (keyof typeof SCRIPTS)[];
const SHELL = SHELLS.join('|');

const HELP = `Prints a script that has a shell complete commands, flags, their values, and topics: those of the
node in the default folder, or of the one that GRAPEVINE_DATA or GRAPEVINE_RPC says.

Usage: grapevine completion ${SHELL}

  bash  source <(grapevine completion bash), in ~/.bashrc
  zsh   source <(grapevine completion zsh), in ~/.zshrc after compinit; or the script as _grapevine
        in a folder of $fpath
  fish  grapevine completion fish > ~/.config/fish/completions/grapevine.fish`;

/** @param all the commands to complete, once they are known: this one is among them */
export function completionCommand(all: () => ReadonlyMap<string, NodeCommand>): NodeCommand {
  return {
    summary: 'print a script for completion in a shell',
    help: HELP,
    usage: [SHELL],
    settings: [],
    run: async (args) => {
      const { positionals } = fromArguments(args, [], [SHELL]);
      const shell = read(positionals[0] as string, 'the shell', oneOf(...SHELLS));
      await stdout().write(SCRIPTS[shell](completedCommands(all())));
    },
  };
}
