import { once } from 'node:events';
import { expect, test } from 'vitest';
import { busyWorker, stopInOrder } from './support/workers.js';

// Stops a worker as docs/workers.md says. This does not terminate a worker with open endpoints: on Node 20 that ends the process.

test('a worker thread whose nodes are shut down ends by itself', async () => {
  const worker = await busyWorker('quic');
  const exited = once(worker, 'exit');
  await stopInOrder(worker);
  expect(await exited).toEqual([0]);
});
