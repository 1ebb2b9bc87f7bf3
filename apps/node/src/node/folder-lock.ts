import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileProblem, makeFolder, UsageError } from '@grapevine/cli-kit';
import type { Logger } from '@grapevine/net';
import { type Behind, behind, type Listening, listenIn } from './lock-socket.js';

// The lock of a folder is a Unix socket in it on which its owner listens. Whether somebody does is known to the operating system alone: it
// frees the lock of a process that was killed, whatever process has its number now, and two containers that share the folder see each
// other although each is process 1. (It does not see across machines.)
//
// A socket that nobody listens on can't be taken over, only removed, and between the look and the removal somebody else may have done the
// same. So nobody removes a socket to take the lock: a process that finds that nobody listens on the newest one makes the next one,
// `lock.1`, `lock.2`, …, and has the lock unless there is a newer one, or an older one with somebody behind it. Of two at once, at least
// one gives way; where both do, both try again.

const PREFIX = 'lock.';

/** Attempts at the same time as others. Each waits a little longer, by chance. */
const MAX_ATTEMPTS = 20;
const MAX_WAIT_MS = 50;

/** On these, a file system has no sockets, or no folder to put them in. */
const NO_SOCKETS: readonly (string | undefined)[] = ['EOPNOTSUPP', 'ENOTSUP', 'EPERM', 'ENOSYS', 'EINVAL', 'EIO'];

/** The process that has a folder now: its number as it sees it itself, which in a container is another; undefined without one. */
export async function ownerOf(folder: string): Promise<{ readonly pid: number | undefined } | undefined> {
  for (const number of numbers(folder).reverse()) {
    const found = await behind(folder, PREFIX + number);
    if (found !== 'nobody') return found;
  }
  return undefined;
}

/**
 * Keeps a folder for this process: two nodes with one identity would take each other's connections.
 *
 * @returns gives it back
 * @throws Error that says who has it; UsageError where the folder can't be made or written in
 */
export async function lockFolder(folder: string, logger: Logger): Promise<() => Promise<void>> {
  try {
    makeFolder(folder);
  } catch (error) {
    throw new UsageError(`${(error as Error).message}. Choose another folder with --data`, { cause: error });
  }
  try {
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      const lock = await attemptToLock(folder);
      if (lock) return () => lock.close();
      await setTimeout(Math.random() * MAX_WAIT_MS);
    }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    if (!NO_SOCKETS.includes(code)) throw new UsageError(fileProblem('write', folder, error), { cause: error });
    logger.warn(
      { folder, error: String(error) },
      'this file system has no locks: see to it that only one node uses the folder',
    );
    return async () => {};
  }
  throw inUse(folder, { pid: undefined });
}

/** @returns undefined when somebody else tried at the same time @throws Error when somebody has it */
async function attemptToLock(folder: string): Promise<Listening | undefined> {
  const newest = numbers(folder).at(-1) ?? 0;
  const owner = newest === 0 ? 'nobody' : await behind(folder, PREFIX + newest);
  if (owner !== 'nobody') throw inUse(folder, owner);
  const mine = newest + 1;
  const lock = await listenIn(folder, PREFIX + mine);
  if (!lock) return undefined;
  const others = numbers(folder).filter((number) => number !== mine);
  const older = others.filter((number) => number < mine);
  const living = await Promise.all(older.map((number) => behind(folder, PREFIX + number)));
  if (older.length < others.length || living.some((found) => found !== 'nobody')) {
    await lock.close();
    return undefined;
  }
  for (const number of older) rmSync(join(folder, PREFIX + number), { force: true });
  return lock;
}

/** Of all locks that there are files of, the newest last. */
function numbers(folder: string): number[] {
  const found = readdirSafely(folder).flatMap((name) => {
    const number = name.startsWith(PREFIX) ? Number(name.slice(PREFIX.length)) : 0;
    return Number.isSafeInteger(number) && number > 0 ? [number] : [];
  });
  return found.sort((a, b) => a - b);
}

function readdirSafely(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return []; // nobody, or it is not ours to know
  }
}

function inUse(folder: string, { pid }: Exclude<Behind, 'nobody'>): Error {
  const who = pid === undefined ? 'another process' : `process ${pid}`;
  return new Error(`${folder} is in use by ${who}: end it, or choose another folder with --data`);
}
