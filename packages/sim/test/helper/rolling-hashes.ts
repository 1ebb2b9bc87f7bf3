import { createHash } from 'node:crypto';
import { type GoldenCase, runCase } from './golden.js';

const EVENTS_PER_HASH = 1_000;

/** The hashes of a run, as in interop/golden/src/trace.rs: each is over the previous hash and 1,000 events. */
export function rollingHashes(entry: GoldenCase): { events: number; hashes: string[] } {
  const hashes: string[] = [];
  let events = 0;
  let text = '';
  const close = (): string => {
    const hash = createHash('sha256').update(text).digest('hex').slice(0, 16);
    hashes.push(hash);
    return hash;
  };
  const onLine = (line: string): void => {
    text += `${line}\n`;
  };
  runCase(entry, onLine, () => {
    events++;
    if (events % EVENTS_PER_HASH === 0) text = close();
  });
  close();
  return { events, hashes };
}
