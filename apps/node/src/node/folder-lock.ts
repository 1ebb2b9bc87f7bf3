import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const lockFile = (folder: string): string => join(folder, 'lock');

/** The process that has a folder now, if any has. */
export function ownerOf(folder: string): number | undefined {
  try {
    const owner = Number(readFileSync(lockFile(folder), 'utf8'));
    return isRunning(owner) ? owner : undefined;
  } catch {
    return undefined; // nobody, or it is not ours to know
  }
}

/**
 * Keeps a folder for this process: two nodes with one identity would take each other's connections.
 *
 * @returns gives it back
 * @throws Error that names the process which has it. One that was killed does not have it anymore.
 */
export function lockFolder(folder: string): () => void {
  mkdirSync(folder, { recursive: true });
  const path = lockFile(folder);
  for (;;) {
    try {
      writeFileSync(path, `${process.pid}\n`, { flag: 'wx' });
      return () => rmSync(path, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const owner = Number(readFileSync(path, 'utf8'));
    if (isRunning(owner)) {
      throw new Error(`${folder} is in use by process ${owner}: end it, or choose another folder with --data`);
    }
    rmSync(path, { force: true });
  }
}

function isRunning(pid: number): boolean {
  if (!Number.isSafeInteger(pid) || pid <= 0 || pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'; // it is somebody else's, and running
  }
}
