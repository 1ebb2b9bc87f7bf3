import { afterEach } from 'vitest';
import type { PeerProcess } from './peer-process.js';

/** Kills after each test the processes that still run. */
export function useRunning(): Pick<Set<PeerProcess>, 'add'> {
  const running = new Set<PeerProcess>();
  afterEach(async () => {
    const left = [...running];
    running.clear();
    await Promise.all(left.map((process) => process.kill()));
  });
  return running;
}
