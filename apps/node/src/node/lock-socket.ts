import { closeSync, openSync } from 'node:fs';
import { createConnection, createServer, type Server } from 'node:net';
import { join } from 'node:path';

/** The address of a Unix socket has this many bytes at least, on every system. */
const MAX_PATH = 103;

/** The operating system answers at once; a process that stands still is there, but does not say who it is. */
const ANSWER_MS = 1_000;

/** A Unix socket that lives as long as this process listens on it. */
export interface Listening {
  /** Stops listening and removes the file. */
  close(): Promise<void>;
}

/** What is behind the file of a socket: nobody, or a process, with its number where it says so. */
export type Behind = 'nobody' | { readonly pid: number | undefined };

/**
 * Listens on a socket in a folder.
 *
 * @returns undefined when there is a file of that name
 * @throws the system's error: on a file system that has no sockets, say
 */
export async function listenIn(folder: string, name: string): Promise<Listening | undefined> {
  const at = reachable(folder, name);
  const server = createServer((socket) => {
    socket.on('error', () => {}); // it asked and did not wait for the answer
    socket.end(`${process.pid}\n`);
  });
  server.unref();
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(at.path, resolve);
    });
  } catch (error) {
    at.free();
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') return undefined;
    throw error;
  }
  return { close: () => closed(server).finally(at.free) };
}

/** Who listens on a socket in a folder. */
export async function behind(folder: string, name: string): Promise<Behind> {
  const at = reachable(folder, name);
  try {
    return { pid: await ask(at.path) };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // Refused: the file is left from a process that is gone. Anything else (not permitted, busy) is no proof of that.
    return code === 'ECONNREFUSED' || code === 'ENOENT' ? 'nobody' : { pid: undefined };
  } finally {
    at.free();
  }
}

function ask(path: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    let text = '';
    const socket = createConnection(path);
    const done = () => {
      socket.destroy();
      const pid = Number(text);
      resolve(Number.isSafeInteger(pid) && pid > 0 ? pid : undefined);
    };
    socket.setTimeout(ANSWER_MS, done);
    socket.setEncoding('utf8');
    socket.on('data', (part) => {
      text += part;
      if (text.length > 16) done();
    });
    socket.on('end', done);
    socket.on('error', reject);
  });
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()));
}

/** A path to the socket that is short enough for its address, and what it takes to keep it valid. */
function reachable(folder: string, name: string): { readonly path: string; free(): void } {
  const path = join(folder, name);
  if (Buffer.byteLength(path) <= MAX_PATH) return { path, free: () => {} };
  if (process.platform !== 'linux') {
    throw new Error(
      `${folder} is too long a name for a data folder (a socket in it must be reached): choose a shorter one`,
    );
  }
  const fd = openSync(folder, 'r');
  let isOpen = true;
  const free = () => {
    if (isOpen) closeSync(fd);
    isOpen = false;
  };
  return { path: `/proc/self/fd/${fd}/${name}`, free };
}
