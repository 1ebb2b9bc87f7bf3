#!/usr/bin/env node
import { UsageError } from '@grapevine/cli-kit';
import { BindError } from '@grapevine/net';
import { COMMAND_NAMES, COMMANDS, HELP } from './commands.js';

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

try {
  await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`grapevine: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = error instanceof UsageError || error instanceof BindError ? 2 : 1;
}
