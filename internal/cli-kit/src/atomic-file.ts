import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Readable and writable by everybody, less what the user's mask takes away: as all programs make files. */
const DEFAULT_MODE = 0o666;

/**
 * Writes a file, folders included, so that half of it is never seen: neither by another program, nor after a crash or
 * a full disk. What was there before stays until the new content is on the disk.
 *
 * @param mode - The file's permissions, from the first byte on; 0o600 for secrets.
 * @throws the system's error; no temporary file is left behind
 */
export function writeAtomically(path: string, content: string, { mode = DEFAULT_MODE }: { mode?: number } = {}): void {
  mkdirSync(dirname(path), { recursive: true });
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
    throw error;
  }
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
  await mkdir(dirname(path), { recursive: true });
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
    throw error;
  }
}
