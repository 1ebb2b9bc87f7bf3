import { writeSync } from 'node:fs';
import { workerData } from 'node:worker_threads';

/** What the thread that watches is given. */
export interface Beat {
  /** Changes as long as the event loop goes round. */
  readonly heartbeat: Int32Array;
  readonly stalledAfterMs: number;
}

const STDOUT = 1;

/** As pino writes errors. */
const ERROR_LEVEL = 50;

const { heartbeat, stalledAfterMs } = workerData as Beat;
const stepMs = stalledAfterMs / 10;
const nobodyWakesUs = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));

let last = Atomics.load(heartbeat, 0);
let stalledMs = 0;
for (;;) {
  // Steps are counted, not time: when the whole process has stood still, the loop gets its chance.
  Atomics.wait(nobodyWakesUs, 0, 0, stepMs);
  const beat = Atomics.load(heartbeat, 0);
  stalledMs = beat === last ? stalledMs + stepMs : 0;
  last = beat;
  if (stalledMs >= stalledAfterMs) end();
}

function end(): void {
  const msg = 'the event loop stands still: ending, so that a supervisor starts the node again';
  try {
    writeSync(
      STDOUT,
      `${JSON.stringify({ level: ERROR_LEVEL, time: Date.now(), stalledMs: Math.round(stalledMs), msg })}\n`,
    );
  } finally {
    process.kill(process.pid, 'SIGKILL');
  }
}
