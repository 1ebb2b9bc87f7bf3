import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileProblem, writeAtomically } from '@grapevine/cli-kit';
import { type EndpointAddr, parseTicket } from '@grapevine/net';
import { TRANSPORTS, type Transport } from './transport.js';

/** The ticket of a node's remote control, for what it speaks. */
function ticketFile(folder: string, transport: Transport): string {
  return join(folder, transport === 'quic' ? 'control-ticket' : `control-ticket.${transport}`);
}

/** Leaves a ticket of a node's remote control in its folder, where the other commands find it. @returns takes it away */
export function offerTicket(folder: string, transport: Transport, ticket: string): () => void {
  const remove = () => {
    for (const each of TRANSPORTS) rmSync(ticketFile(folder, each), { force: true });
  };
  remove(); // a node that was killed has left its own
  writeAtomically(ticketFile(folder, transport), `${ticket}\n`);
  return remove;
}

/** Where the remote control of a node is, and what it speaks. */
export interface ControlOffer {
  readonly server: EndpointAddr;
  readonly transport: Transport;
}

/** The server that the ticket in a folder leads to; undefined without one. @throws Error naming a file that is damaged */
export function offeredTicket(folder: string): ControlOffer | undefined {
  for (const transport of TRANSPORTS) {
    const server = readTicket(ticketFile(folder, transport));
    if (server) return { server, transport };
  }
  return undefined;
}

function readTicket(path: string): EndpointAddr | undefined {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new Error(fileProblem('read', path, error));
  }
  try {
    return parseTicket(text.trim());
  } catch {
    throw new Error(`${path} is damaged: expected a ticket. Start the node again to replace it`);
  }
}
