import { spawnSync } from 'node:child_process';

const command = ['taskset', '-c', '0', 'nice', '-n', '15'];
const isAvailable = spawnSync('taskset', ['-c', '0', 'true']).status === 0;

/** The command that starts a process with little CPU: on one core, behind all others. Without taskset it is empty, and that is printed. */
export function starved(row: string): readonly string[] {
  if (!isAvailable) console.log(`${row}: not starved: there is no taskset here`);
  return isAvailable ? command : [];
}
