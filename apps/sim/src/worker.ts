import { parentPort } from 'node:worker_threads';
import { type Job, perform } from './jobs.js';

/** What a worker says. */
export type Report =
  | { readonly type: 'progress'; readonly share: number }
  | { readonly type: 'result'; readonly result: ReturnType<typeof perform> };

/** Progress is for people: more than this is not worth a message. */
const REPORT_INTERVAL = 100;

parentPort?.on('message', (job: Job) => {
  let last = performance.now();
  const result = perform(job, (share) => {
    const now = performance.now();
    if (now - last < REPORT_INTERVAL) return;
    last = now;
    send({ type: 'progress', share });
  });
  send({ type: 'result', result });
});

function send(report: Report): void {
  parentPort?.postMessage(report);
}
