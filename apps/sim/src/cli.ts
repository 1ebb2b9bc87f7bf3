#!/usr/bin/env node
import { packageVersion, runProgram, stderr } from '@grapevine/cli-kit';
import { COMMANDS } from './commands.js';

/** The shell's convention for "ended by SIGINT". */
const EXIT_INTERRUPTED = 130;

// Results are renamed into place as they are finished: there is nothing to save here.
process.on('SIGINT', () => {
  stderr().write('\ngrapevine-sim: interrupted; finished results are on disk\n');
  process.exit(EXIT_INTERRUPTED);
});

const ABOUT = `Simulates whole iroh-gossip swarms: every node runs the real protocol, time and network are virtual, and a seed
decides everything.`;

await runProgram(
  { name: 'grapevine-sim', version: packageVersion(import.meta.url), about: ABOUT, commands: COMMANDS },
  process.argv.slice(2),
);
