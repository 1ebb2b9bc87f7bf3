import { url as inspectorUrl } from 'node:inspector';
import { Worker } from 'node:worker_threads';
import type { Logger } from '@grapevine/net';
import type { Beat } from './watchdog-worker.js';

/** An event loop that stands still for this long will not go on by itself: something in it never ends. In milliseconds. */
const STALLED_AFTER_MS = 30_000;

/**
 * Ends the process when its event loop stands still, so that its supervisor starts it again: a thread of its own watches a heartbeat. It
 * writes a line to the log and kills the process, which can't end in good order any more.
 *
 * Time in which the whole process stands still (the machine sleeps, somebody stopped it) does not count. Under a debugger nothing is watched.
 *
 * @param stalledAfterMs default 30,000
 * @returns stops watching
 */
export function watchLoop(logger: Logger, stalledAfterMs: number = STALLED_AFTER_MS): () => Promise<void> {
  if (inspectorUrl() !== undefined) return async () => {};
  const heartbeat = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  const workerData: Beat = { heartbeat, stalledAfterMs };
  // Nothing of how this process was started concerns the thread: what is preloaded here, say.
  const worker = new Worker(new URL('./watchdog-worker.js', import.meta.url), { workerData, execArgv: [], env: {} });
  worker.on('error', (error) => logger.error({ error: error.message }, 'nobody watches the event loop any more'));
  worker.unref();
  const timer = setInterval(() => Atomics.add(heartbeat, 0, 1), stalledAfterMs / 10);
  timer.unref();
  return async () => {
    clearInterval(timer);
    await worker.terminate();
  };
}
