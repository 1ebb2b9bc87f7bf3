import { RUN_HELP, run } from './run.js';

interface CliCommand {
  readonly summary: string;
  readonly help: string;
  run(args: string[]): Promise<void>;
}

export const COMMANDS: ReadonlyMap<string, CliCommand> = new Map<string, CliCommand>([
  ['run', { summary: 'keep a node up', help: RUN_HELP, run }],
]);

export const COMMAND_NAMES: readonly string[] = [...COMMANDS.keys()];

export const HELP = `A gossip node that stays up.

Usage: grapevine COMMAND [options]

${[...COMMANDS].map(([name, { summary }]) => `  ${name.padEnd(10)} ${summary}`).join('\n')}

grapevine COMMAND --help says more.

Exit code: 0 when done, 1 when something failed, 2 for bad input, 130 after Ctrl-C.`;
