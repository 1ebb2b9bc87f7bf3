import { availableParallelism } from 'node:os';
import { integer, UsageError } from '@grapevine/cli-kit';

const MAX_SEED = 2n ** 64n - 1n;

/** @throws UsageError */
export function seed(text: string): bigint {
  if (!/^\d{1,20}$/.test(text) || BigInt(text) > MAX_SEED) {
    throw new UsageError(`--seed must be a whole number from 0 to ${MAX_SEED}, got ${JSON.stringify(text)}`);
  }
  return BigInt(text);
}

const MAX_THREADS = 256;

/** How many worker threads: as many as there are cores unless the user says otherwise. @throws UsageError */
export function threads(text: string | undefined): number {
  return text === undefined ? availableParallelism() : integer('--threads', text, 1, MAX_THREADS);
}
