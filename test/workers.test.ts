import { once } from 'node:events';
import { expect, test } from 'vitest';
import { busyWorker, stopInOrder } from './support/workers.js';

// The orderly way of docs/workers.md. Terminating a worker with open endpoints is not tried here: on Node 20 that is the end of the process.

test('a worker thread whose nodes are shut down ends by itself', async () => {
  const worker = await busyWorker('quic');
  const exited = once(worker, 'exit');
  await stopInOrder(worker);
  expect(await exited).toEqual([0]);
});
