import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { interruptible } from '@grapevine/cli-kit';
import {
  abortable,
  ConnectError,
  ConnectionClosedError,
  directAddrs,
  type EndpointAddr,
  formatSocketAddr,
  GossipError,
  type SecretKey,
} from '@grapevine/net';
import type { RemoteGossip } from '@grapevine/rpc';
import { keptIdentity } from '../node/identity.js';
import { chooseTransport, type Transport } from '../node/transport.js';
import { connect } from './connect.js';
import { Deadline } from './deadline.js';
import { folderOf, serverOf, type Whereabouts } from './server-settings.js';

const CLIENT_IDENTITY = 'client-identity';

/** How long to wait for a node's first answer, in milliseconds: enough for one that is busy or far away. */
const ANSWER_MS = 5_000;

/** A node that is being controlled. */
export interface ControlledNode {
  readonly remote: RemoteGossip;
  /** Where its remote control is. */
  readonly server: EndpointAddr;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
}

/** Who this user is to nodes with a list of allowed clients; made when first asked for. */
export function clientIdentity(folder: string): SecretKey {
  return keptIdentity(folder, CLIENT_IDENTITY);
}

/**
 * Connects to the node that a command is for, and does something with it. Ctrl-C ends it, in good order.
 *
 * @throws Error that says what to do where the node can't be reached
 */
export async function withNode(whereabouts: Whereabouts, use: (node: ControlledNode) => Promise<void>): Promise<void> {
  const folder = folderOf(whereabouts);
  await interruptible(async (signal) => {
    const { server, transport: said } = await serverOf(whereabouts);
    const transport = await chooseTransport(said, () => {});
    const asked: Asked = { server, transport, isGuess: said === undefined };
    const hasIdentity = existsSync(join(folder, CLIENT_IDENTITY));
    const remote = await connect(server, transport, hasIdentity ? clientIdentity(folder) : undefined);
    try {
      await answer(remote, asked, signal);
      await abortable(use({ remote, server, signal }), signal);
    } catch (error) {
      throw explained(error, asked);
    } finally {
      await remote.close();
    }
  });
}

/** Asks whether anybody is there, for not as long as a handshake may take. @throws Error that says that nobody is */
async function answer(remote: RemoteGossip, asked: Asked, signal: AbortSignal): Promise<void> {
  using deadline = new Deadline(ANSWER_MS, signal);
  try {
    await abortable(remote.control.ping(), deadline.signal);
  } catch (error) {
    throw deadline.isOver ? new Error(nobody(asked)) : error;
  }
}

/** Who is asked, and how. */
interface Asked {
  readonly server: EndpointAddr;
  readonly transport: Transport;
  /** Nobody has said what the server speaks. */
  readonly isGuess: boolean;
}

/** A server is silent to the other transport, or does not understand it. @param before what the hint follows */
function hint(before: string, { transport, isGuess }: Asked): string {
  if (!isGuess) return '';
  const other = transport === 'quic' ? 'iroh' : 'quic';
  return `${before} It was asked over ${transport}: where the node's log says "transport":"${other}", add --rpc-transport ${other}`;
}

function nobody(asked: Asked): string {
  return `nobody answers at ${addressOf(asked.server)}: is the node up, and was it started with --rpc?${hint('', asked)}`;
}

export const addressOf = (server: EndpointAddr): string => directAddrs(server).map(formatSocketAddr).join(', ');

function explained(error: unknown, asked: Asked): unknown {
  const { server } = asked;
  const where = addressOf(server);
  if (error instanceof ConnectError) {
    switch (error.reason) {
      case 'timeout':
        return new Error(nobody(asked), { cause: error });
      case 'identity-mismatch':
        return new Error(`the server at ${where} is not ${server.id}: check --rpc and --rpc-id`, { cause: error });
      case 'self':
      case 'no-address':
      case 'alpn-mismatch':
      case 'refused':
      case 'transport':
        return new Error(`can't connect to ${where}: ${error.message}${hint('.', asked)}`, { cause: error });
    }
  }
  if (isRefused(error) && error.reason === 'forbidden') {
    return new Error(`${error.message}. Add the id that "grapevine client-id" prints to its rpc_allow`, {
      cause: error,
    });
  }
  if (error instanceof ConnectionClosedError) {
    return new Error(`the node at ${where} is gone: ${error.message}`, { cause: error });
  }
  return error;
}

function isRefused(error: unknown): error is GossipError & { readonly reason: string } {
  return error instanceof GossipError && error.code === 'ERR_RPC_REFUSED';
}
