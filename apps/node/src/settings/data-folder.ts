import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Setting } from './setting.js';

export const DATA: Setting = {
  flag: 'data',
  kind: 'text',
  metavar: 'DIR',
  help: "the node's identity, known peers and topics (default: $XDG_STATE_HOME/grapevine)",
};

/** The XDG base directory specification: state that should outlive restarts. */
export function defaultFolder({ XDG_STATE_HOME }: NodeJS.ProcessEnv): string {
  return join(XDG_STATE_HOME || join(homedir(), '.local', 'state'), 'grapevine');
}
