import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { busyWorker, stopInOrder } from './support/workers.js';

test('with iroh, too, worker threads whose nodes are shut down end by themselves, eight times over', async () => {
  for (let round = 0; round < 8; round++) {
    const worker = await busyWorker('iroh');
    const exited = once(worker, 'exit');
    await stopInOrder(worker);
    expect(await exited).toEqual([0]);
  }
});

test('with QUIC, a worker thread may be terminated once its nodes are shut down', async () => {
  const worker = await busyWorker('quic');
  await stopInOrder(worker);
  await worker.terminate();
});

test('with QUIC, from Node 22 on, a worker thread may be terminated in mid-traffic', async () => {
  const major = Number(process.versions.node.split('.')[0]);
  if (major >= 22) for (let round = 0; round < 20; round++) await (await busyWorker('quic')).terminate();
  // On Node 20 the same happens to programs without our packages.
  const { status } = spawnSync(process.execPath, [
    fileURLToPath(new URL('../docs/workers/dgram.mjs', import.meta.url)),
  ]);
  expect(status === 0).toBe(major >= 22);
});
