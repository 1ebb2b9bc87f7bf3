import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileProblem } from './file-problem.js';
import { makeFolder } from './make-folder.js';

/** Readable and writable by everybody, less what the user's mask takes away: as all programs make files. */
const DEFAULT_MODE = 0o666;

/**
 * Writes a file, folders included, so that half of it is never seen: neither by another program, nor after a crash or
 * a full disk. What was there before stays until the new content is on the disk.
 *
 * @param mode - The file's permissions, from the first byte on; 0o600 for secrets.
 * @throws Error that names the file and says why, with the system's code; no temporary file is left behind
 */
export function writeAtomically(path: string, content: string, { mode = DEFAULT_MODE }: { mode?: number } = {}): void {
  makeFolder(dirname(path));
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    const file = openSync(temporary, 'w', mode);
    try {
      writeAll(file, Buffer.from(content));
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw problemOf(path, error);
  }
}

function problemOf(path: string, error: unknown): Error {
  const { code } = error as NodeJS.ErrnoException;
  return Object.assign(new Error(fileProblem('write', path, error), { cause: error }), { code });
}

function writeAll(file: number, bytes: Buffer): void {
  for (let written = 0; written < bytes.length; ) written += writeSync(file, bytes, written);
}

/** As {@link writeAtomically}, while the program goes on. Two of these for one path must not overlap. */
export async function writeAtomicallyAsync(
  path: string,
  content: string,
  { mode = DEFAULT_MODE }: { mode?: number } = {},
): Promise<void> {
  makeFolder(dirname(path));
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    const file = await open(temporary, 'w', mode);
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw problemOf(path, error);
  }
}
