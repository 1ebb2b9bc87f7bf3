import { parseArgs } from 'node:util';
import { UsageError } from '@grapevine/cli-kit';

export const HELP = `npm run web -- [options]

Starts two hubs and serves the chat room as a web page. Each tab that opens the page is a member of the swarm, and so is
everybody who joins with a ticket: terminal chat and the Rust chat example are in the same room.

  --port N     where the page is served, on 127.0.0.1 (default 8080; 0: any free port)
  --room NAME  the room; everybody with the name is in it (default: lobby)
  --help       this text

Ctrl-C ends everything.`;

/** What the command line asks for. */
export interface Options {
  readonly port: number;
  readonly room: string;
}

/** @returns undefined if help was asked for. @throws UsageError */
export function parseOptions(args: readonly string[]): Options | undefined {
  let values: { port?: string; room?: string; help?: boolean };
  try {
    ({ values } = parseArgs({
      args: [...args],
      options: { port: { type: 'string' }, room: { type: 'string' }, help: { type: 'boolean' } },
    }));
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
  if (values.help) return undefined;
  const port = Number(values.port ?? 8080);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new UsageError(`--port must be a number from 0 to 65535, got ${values.port}`);
  }
  const room = values.room ?? 'lobby';
  if (room === '') throw new UsageError('--room must not be empty');
  return { port, room };
}
