import { openSync, readSync } from 'node:fs';

/** What the main thread has had and has not had, in milliseconds since it began. */
export interface ThreadTime {
  /** On a CPU. */
  readonly runMs: number;
  /** Ready to run, while the machine was busy with others. */
  readonly waitMs: number;
}

/** Linux tells both of each thread (`schedstat`, in nanoseconds: run, wait, slices). Elsewhere only the first is known. */
const SCHEDSTAT = '/proc/self/schedstat';

const file = open();
const buffer = Buffer.alloc(64);

function open(): number | undefined {
  try {
    return openSync(SCHEDSTAT, 'r');
  } catch {
    return undefined;
  }
}

/** The main thread's time so far; read in some microseconds. */
export function threadTime(): ThreadTime {
  const { user, system } = process.cpuUsage();
  const all = (user + system) / 1_000;
  if (file === undefined) return { runMs: all, waitMs: 0 };
  const length = readSync(file, buffer, 0, buffer.length, 0);
  const [run = 0, wait = 0] = buffer.toString('latin1', 0, length).split(' ').map(Number);
  return { runMs: run / 1e6, waitMs: wait / 1e6 };
}
