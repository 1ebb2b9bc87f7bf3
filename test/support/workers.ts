import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

/** A worker thread whose nodes send each other messages. */
export async function busyWorker(transport: 'quic' | 'iroh'): Promise<Worker> {
  // Without the options of this process, with which it would import sources.
  const options = { workerData: transport, execArgv: [] };
  const worker = new Worker(new URL('gossip-worker.mjs', import.meta.url), options);
  await once(worker, 'message');
  return worker;
}

/** Stops a worker as docs/workers.md says. */
export async function stopInOrder(worker: Worker): Promise<void> {
  const stopped = new Promise<void>((resolve) => {
    worker.on('message', (message) => message === 'stopped' && resolve());
  });
  worker.postMessage('stop');
  await stopped;
}
