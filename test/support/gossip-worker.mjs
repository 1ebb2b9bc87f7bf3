// Two nodes in a worker thread, which send each other messages until the parent says "stop".
import { parentPort, workerData } from 'node:worker_threads';
import { Gossip, topicIdFrom } from '@grapevine/api';

const bind = async () => {
  if (workerData === 'quic') return Gossip.bind({ address: '127.0.0.1:0' });
  const { IrohEndpoint } = await import('@grapevine/iroh');
  return Gossip.bind({ endpoint: await IrohEndpoint.bind({ address: '127.0.0.1:0', preset: 'minimal' }) });
};
const nodes = [await bind(), await bind()];
const [hers, his] = [
  await nodes[0].subscribe(topicIdFrom('room')),
  await nodes[1].subscribe(nodes[0].roomTicket(topicIdFrom('room'))),
];
await his.joined();
let isStopping = false;
parentPort.once('message', async () => {
  isStopping = true;
  await Promise.all(nodes.map((node) => node.shutdown()));
  parentPort.postMessage('stopped'); // nothing is open any more: the thread ends by itself, and may be terminated
});
void (async () => {
  for await (const { content } of hers.messages()) if (content.length === 3) parentPort.postMessage('traffic');
})();
for (let i = 0; !isStopping; i++) {
  await his.broadcast(`${i}`).catch(() => {});
  if (i % 100 === 99) await new Promise((resolve) => setTimeout(resolve, 5));
}
