// No Grapevine in here: worker threads that receive datagrams are terminated. Node 20 aborts the process, 22 and later do not.
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { isMainThread, parentPort, Worker } from 'node:worker_threads';

if (isMainThread) {
  for (let round = 0; round < 20; round++) {
    const worker = new Worker(new URL(import.meta.url));
    const [port] = await once(worker, 'message');
    const sender = createSocket('udp4');
    const sending = setInterval(() => {
      for (let i = 0; i < 100; i++) sender.send('x', port, '127.0.0.1');
    }, 1);
    await new Promise((resolve) => setTimeout(resolve, 30));
    await worker.terminate();
    clearInterval(sending);
    sender.close();
  }
  console.log('20 workers terminated');
} else {
  const busy = () => {
    for (const end = performance.now() + 1; performance.now() < end; );
  };
  const socket = createSocket('udp4');
  socket.on('message', () => queueMicrotask(busy)); // in the handler itself it does no harm
  socket.bind(0, '127.0.0.1', () => parentPort.postMessage(socket.address().port));
}
