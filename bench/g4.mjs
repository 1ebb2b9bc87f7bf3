// @ts-check
// G4: what does a delivery cost at 100 payloads a second when each node is a process, beside the Rust crate?
import { processRow } from './lib/process-row.mjs';

export const row = processRow({
  id: 'G4',
  question: 'ten processes, one publishes 100 payloads of 1 kB a second',
  // At this rate V8 takes half a minute to compile all code: the first ten seconds cost nearly twice as much.
  load: { warmUp: 3_000, messages: 1_000, bytes: 1024, pauseMs: 10 },
  mostCpu: 1,
  what: "CPU <= the Rust crate's",
});
