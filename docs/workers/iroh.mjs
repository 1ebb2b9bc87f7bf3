// No Grapevine in here: worker threads with an endpoint of @number0/iroh, which wait for a connection, are terminated. The process crashes.
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { isMainThread, parentPort, Worker } from 'node:worker_threads';

if (isMainThread) {
  for (let round = 0; round < 20; round++) {
    const worker = new Worker(new URL(import.meta.url));
    await once(worker, 'message');
    await worker.terminate();
  }
  console.log('20 workers terminated');
} else {
  const iroh = createRequire(import.meta.url)('@number0/iroh/index.js');
  const builder = iroh.Endpoint.builder();
  builder.applyMinimal();
  builder.relayMode(iroh.RelayMode.disabled());
  builder.alpns([[...Buffer.from('x/1')]]);
  builder.bindAddr('127.0.0.1:0');
  const endpoint = await builder.bind();
  void endpoint.acceptNext();
  parentPort.postMessage('waiting');
  setInterval(() => {}, 1_000);
}
