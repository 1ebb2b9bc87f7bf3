#!/usr/bin/env node
import { packageVersion, runProgram } from '@grapevine/cli-kit';
import { BindError } from '@grapevine/net';
import { COMMANDS } from './commands.js';

const ABOUT = `Runs a gossip node, and tells a running one what to do.

A TOPIC is a name, an id of 64 hex digits, or a room ticket. Commands for a running node are for the
one whose folder is the same (--data), or for the one that --rpc says.`;

await runProgram(
  {
    name: 'grapevine',
    version: packageVersion(import.meta.url),
    about: ABOUT,
    commands: COMMANDS,
    mistakes: [BindError],
  },
  process.argv.slice(2),
);
