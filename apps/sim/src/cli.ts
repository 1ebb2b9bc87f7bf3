#!/usr/bin/env node
import { UsageError } from '@grapevine/cli-kit';

import { COMMAND_NAMES, COMMANDS, HELP } from './commands.js';

/** The shell's convention for "ended by SIGINT". */
const EXIT_INTERRUPTED = 130;

async function main([name, ...args]: string[]): Promise<void> {
  if (name === undefined) throw new UsageError(`say what to do: ${COMMAND_NAMES.join(', ')} (see --help)`);
  if (name === '--help' || name === '-h') {
    process.stdout.write(`${HELP}\n`);
    return;
  }
  const command = COMMANDS.get(name);
  if (command === undefined) throw new UsageError(`unknown command ${JSON.stringify(name)} (see --help)`);
  if (args.includes('--help') || args.includes('-h')) process.stdout.write(`${command.help}\n`);
  else await command.run(args);
}

// Results are renamed into place as they are finished: there is nothing to save here.
process.on('SIGINT', () => {
  process.stderr.write('\ngrapevine-sim: interrupted; finished results are on disk\n');
  process.exit(EXIT_INTERRUPTED);
});

try {
  await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`grapevine-sim: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
