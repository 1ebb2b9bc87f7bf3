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
  type SecretKey,
} from '@grapevine/net';
import { connectRpc, type RemoteGossip, RpcRefusedError } from '@grapevine/rpc';
import { keptIdentity } from '../node/identity.js';
import { folderOf, serverOf, type Whereabouts } from './server-settings.js';

const CLIENT_IDENTITY = 'client-identity';

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
    const server = await serverOf(whereabouts);
    const hasIdentity = existsSync(join(folder, CLIENT_IDENTITY));
    const remote = connectRpc(server, hasIdentity ? { secretKey: clientIdentity(folder) } : {});
    try {
      await abortable(use({ remote, server, signal }), signal);
    } catch (error) {
      throw explained(error, server);
    } finally {
      await remote.close();
    }
  });
}

export const addressOf = (server: EndpointAddr): string => directAddrs(server).map(formatSocketAddr).join(', ');

function explained(error: unknown, server: EndpointAddr): unknown {
  const where = addressOf(server);
  if (error instanceof ConnectError) {
    switch (error.reason) {
      case 'timeout':
        return new Error(`nobody answers at ${where}: is the node up, and was it started with --rpc?`, {
          cause: error,
        });
      case 'identity-mismatch':
        return new Error(`who answers at ${where} is not ${server.id}: check --rpc and --rpc-id`, { cause: error });
      case 'self':
      case 'no-address':
      case 'alpn-mismatch':
      case 'refused':
      case 'transport':
        return new Error(`can't connect to ${where}: ${error.message}`, { cause: error });
    }
  }
  if (error instanceof RpcRefusedError && error.reason === 'forbidden') {
    return new Error(`${error.message}. Add the id that "grapevine client-id" prints to its rpc_allow`, {
      cause: error,
    });
  }
  if (error instanceof ConnectionClosedError) {
    return new Error(`the node at ${where} is gone: ${error.message}`, { cause: error });
  }
  return error;
}
