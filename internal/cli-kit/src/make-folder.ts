import { mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileProblem } from './file-problem.js';

/**
 * Makes a folder, and those above it, where they do not exist. `mkdirSync` with `recursive` never returns below a folder that exists and in which
 * the system answers ENOENT, such as `/proc`.
 *
 * @throws Error that names the folder and says why, with the system's code
 */
export function makeFolder(path: string): void {
  if (isFolder(path)) return;
  const parent = dirname(path);
  if (parent !== path) makeFolder(parent);
  try {
    mkdirSync(path);
  } catch (error) {
    if (isFolder(path)) return; // another process was faster
    const { code } = error as NodeJS.ErrnoException;
    throw Object.assign(new Error(fileProblem('make', path, error), { cause: error }), { code });
  }
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false; // making it says why
  }
}
