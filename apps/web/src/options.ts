import { integer, parseArguments, UsageError } from '@grapevine/cli-kit';

export const HELP = `Starts two hubs and serves the chat room as a web page. Each tab that opens the page is a member of the swarm. Members
with a ticket join the same room: the terminal chat, and the Rust chat example.

Usage: npm run web -- [options]

  --port N     where the page is served, on 127.0.0.1; 0 for any free port (default: 8080)
  --room NAME  the room: the topic is made of its name (default: lobby)
  --help       this text

Ctrl-C ends everything.`;

/** What the command line asks for. */
export interface Options {
  readonly port: number;
  readonly room: string;
}

/** @returns undefined when help is asked for. @throws UsageError */
export function parseOptions(args: readonly string[]): Options | undefined {
  const { values } = parseArguments({
    args: [...args],
    options: {
      port: { type: 'string', default: '8080' },
      room: { type: 'string', default: 'lobby' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return undefined;
  const port = integer('--port', values.port, 0, 65_535);
  if (values.room === '') throw new UsageError('--room must not be empty');
  return { port, room: values.room };
}
