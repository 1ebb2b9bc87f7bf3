import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

/** A worker thread whose nodes are in mid-traffic. */
export async function busyWorker(transport: 'quic' | 'iroh'): Promise<Worker> {
  // Without the options of the process: they would have it import sources.
  const options = { workerData: transport, execArgv: [] };
  const worker = new Worker(new URL('gossip-worker.mjs', import.meta.url), options);
  await once(worker, 'message');
  return worker;
}

/** Ends it as docs/workers.md says. */
export async function stopInOrder(worker: Worker): Promise<void> {
  const stopped = new Promise<void>((resolve) => {
    worker.on('message', (message) => message === 'stopped' && resolve());
  });
  worker.postMessage('stop');
  await stopped;
}
