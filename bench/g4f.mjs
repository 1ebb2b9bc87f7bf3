// @ts-check
// G4f: what does a delivery cost in a flood when each node is a process, beside the Rust crate?
import { processRow } from './lib/process-row.mjs';

export const row = processRow({
  id: 'G4f',
  question: 'ten processes, one floods the others with 1 kB',
  // Until some thousand payloads have come, V8 spends most of the time on compiling.
  load: { warmUp: 4_000, messages: 2_000, bytes: 1024, pauseMs: 0 },
  rounds: 3,
  mostCpu: 2,
  what: "CPU <= 2x the Rust crate's",
});
