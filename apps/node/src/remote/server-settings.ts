import { lookup } from 'node:dns/promises';
import { UsageError } from '@grapevine/cli-kit';
import {
  directAddrs,
  type EndpointAddr,
  type EndpointId,
  endpointAddr,
  parseTicket,
  type SocketAddr,
  socketAddr,
} from '@grapevine/net';
import { withoutPasting } from '@grapevine/net/transport';
import { offeredTicket } from '../node/control-ticket.js';
import { ownerOf } from '../node/folder-lock.js';
import { DATA, defaultFolder } from '../settings/data-folder.js';
import type { Setting } from '../settings/setting.js';
import type { Source } from '../settings/sources.js';
import { type Expectation, endpointId, lastOf, someText } from '../settings/values.js';

/** Which node a command is for. */
export const SERVER_SETTINGS: readonly Setting[] = [
  {
    flag: 'rpc',
    kind: 'text',
    metavar: 'HOST:PORT',
    help: "the node's remote control, or a ticket of it (default: the node of --data)",
  },
  { flag: 'rpc-id', kind: 'text', metavar: 'ID', help: 'the id of who is there, if it is not the node of --data' },
  { ...DATA, help: "a node's folder (default: $XDG_STATE_HOME/grapevine)" },
];

/** What the user said of which node. */
export interface Whereabouts {
  readonly given: Source;
  readonly environment: NodeJS.ProcessEnv;
}

/** Where remote control is said to be: somewhere, or a ticket with the id as well. */
type Place = { readonly host: string; readonly port: number } | EndpointAddr;

const place: Expectation<Place> = {
  what: 'HOST:PORT, such as 127.0.0.1:9465, or a ticket ("endpoint…")',
  read: (text) => {
    if (withoutPasting(text).toLowerCase().startsWith('endpoint')) return parseTicket(text);
    const [, v6, name, port] = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(text) ?? [];
    const { port: checked } = socketAddr('127.0.0.1', Number(port));
    return { host: (v6 ?? name) as string, port: checked };
  },
};

export const folderOf = ({ given, environment }: Whereabouts): string =>
  lastOf(given, 'data', someText) ?? defaultFolder(environment);

/**
 * Finds the node that a command is for: what `--rpc` says; the id beside it, or the one in the node's folder.
 *
 * @throws UsageError, Error saying what is missing and what to do
 */
export async function serverOf(whereabouts: Whereabouts): Promise<EndpointAddr> {
  const { given } = whereabouts;
  const folder = folderOf(whereabouts);
  const to = lastOf(given, 'rpc', place);
  if (to === undefined) return await nodeOf(folder);
  if ('id' in to) return to;
  const id = lastOf(given, 'rpc-id', endpointId) ?? idOf(to.port, folder);
  return endpointAddr(id, await resolve(to.host, to.port));
}

async function nodeOf(folder: string): Promise<EndpointAddr> {
  const owner = await ownerOf(folder);
  if (owner === undefined) {
    throw new Error(
      `no node is running in ${folder}: start one (grapevine run --rpc 127.0.0.1:9465), say which folder is its own with --data, or where it is with --rpc`,
    );
  }
  const server = offeredTicket(folder);
  if (server) return server;
  const process = owner.pid === undefined ? '' : ` (process ${owner.pid})`;
  throw new Error(`the node in ${folder}${process} has no remote control: start it with --rpc 127.0.0.1:9465`);
}

function idOf(port: number, folder: string): EndpointId {
  const server = offeredTicket(folder);
  if (server && directAddrs(server).some((addr) => addr.port === port)) return server.id;
  throw new UsageError(
    `who is at port ${port}? The node of ${folder} is ${server ? 'at another' : 'not there'}: name its folder with --data or its id with ` +
      '--rpc-id, or give the ticket from its log line "serving remote control" as --rpc',
  );
}

async function resolve(host: string, port: number): Promise<SocketAddr> {
  try {
    return socketAddr((await lookup(host)).address, port);
  } catch (error) {
    throw new Error(`can't find ${host}: ${(error as NodeJS.ErrnoException).code ?? error}`);
  }
}
