import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { writeAtomically } from '@grapevine/cli-kit';
import { type EndpointAddr, parseTicket } from '@grapevine/net';

const ticketFile = (folder: string): string => join(folder, 'control-ticket');

/** Leaves a ticket of a node's remote control in its folder, where the other commands find it. @returns takes it away */
export function offerTicket(folder: string, ticket: string): () => void {
  const path = ticketFile(folder);
  writeAtomically(path, `${ticket}\n`);
  return () => rmSync(path, { force: true });
}

/** The server that the ticket in a folder leads to; undefined without one. @throws Error naming a file that is damaged */
export function offeredTicket(folder: string): EndpointAddr | undefined {
  const path = ticketFile(folder);
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return undefined;
    throw new Error(`can't read ${path}: ${code}`);
  }
  try {
    return parseTicket(text.trim());
  } catch {
    throw new Error(`${path} is damaged: expected a ticket. Start the node again to replace it`);
  }
}
