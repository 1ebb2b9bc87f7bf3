import { lookup } from 'node:dns/promises';
import { UsageError } from '@grapevine/cli-kit';
import { directAddrs, type EndpointAddr, endpointAddr, parseTicket, type SocketAddr, socketAddr } from '@grapevine/net';
import { withoutPasting } from '@grapevine/net/transport';
import { type ControlOffer, offeredTicket } from '../node/control-ticket.js';
import { ownerOf } from '../node/folder-lock.js';
import { TRANSPORTS, type Transport } from '../node/transport.js';
import { DATA, defaultFolder } from '../settings/data-folder.js';
import type { Setting } from '../settings/setting.js';
import type { Source } from '../settings/sources.js';
import { type Expectation, endpointId, lastOf, oneOf, someText } from '../settings/values.js';

/** Which node a command is for. */
export const SERVER_SETTINGS: readonly Setting[] = [
  {
    flag: 'rpc',
    kind: 'text',
    metavar: 'HOST:PORT',
    help: "the node's remote control, or a ticket of it (default: the node of --data)",
  },
  { flag: 'rpc-id', kind: 'text', metavar: 'ID', help: 'the id of the server there, if it is not the node of --data' },
  {
    flag: 'rpc-transport',
    kind: 'text',
    metavar: 'KIND',
    choices: TRANSPORTS,
    help: 'what it speaks there: quic, or iroh (default: as the node of --data; elsewhere quic where it runs)',
  },
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

/** A node's remote control. */
export interface ControlServer {
  readonly server: EndpointAddr;
  /** What it speaks; undefined where nobody has said. */
  readonly transport: Transport | undefined;
}

/**
 * Finds the node that a command is for: what `--rpc` says; the id beside it, or the one in the node's folder.
 *
 * @throws UsageError, Error saying what is missing and what to do
 */
export async function serverOf(whereabouts: Whereabouts): Promise<ControlServer> {
  const found = await find(whereabouts);
  const said = lastOf(whereabouts.given, 'rpc-transport', oneOf(...TRANSPORTS));
  return { ...found, transport: said ?? found.transport };
}

async function find(whereabouts: Whereabouts): Promise<ControlServer> {
  const { given } = whereabouts;
  const folder = folderOf(whereabouts);
  const to = lastOf(given, 'rpc', place);
  if (to === undefined) return await nodeOf(folder);
  if ('id' in to) return { server: to, transport: undefined };
  const addr = await resolve(to.host, to.port);
  const id = lastOf(given, 'rpc-id', endpointId);
  if (id !== undefined) return { server: endpointAddr(id, addr), transport: undefined };
  const { server, transport } = offerAt(to.port, folder);
  return { server: endpointAddr(server.id, addr), transport };
}

async function nodeOf(folder: string): Promise<ControlOffer> {
  const owner = await ownerOf(folder);
  if (owner === undefined) {
    throw new Error(
      `no node is running in ${folder}: start one (grapevine run --rpc 127.0.0.1:9465), say which folder is its own with --data, or where it is with --rpc`,
    );
  }
  const offer = offeredTicket(folder);
  if (offer) return offer;
  const process = owner.pid === undefined ? '' : ` (process ${owner.pid})`;
  throw new Error(`the node in ${folder}${process} has no remote control: start it with --rpc 127.0.0.1:9465`);
}

function offerAt(port: number, folder: string): ControlOffer {
  const offer = offeredTicket(folder);
  if (offer && directAddrs(offer.server).some((addr) => addr.port === port)) return offer;
  throw new UsageError(
    `who is at port ${port}? The node of ${folder} is ${offer ? 'at another' : 'not there'}: name its folder with --data or its id with ` +
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
