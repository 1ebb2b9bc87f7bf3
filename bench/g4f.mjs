// @ts-check
// G4f: what does a delivery cost in a flood when each node is a process, beside the Rust crate?
import { processRow } from './lib/process-row.mjs';

export const row = processRow({
  id: 'G4f',
  question: 'ten processes, one floods the others with 1 kB',
  load: { warmUp: 2000, messages: 12_000, bytes: 1024, pauseMs: 0 },
  mostCpu: 2,
  what: "CPU <= 2x the Rust crate's",
});
