// A program that does nothing but read a topic. Its socket dies; then there must be nothing left that keeps it alive.
import { topicIdFromBytes } from '@grapevine/proto';
import { GossipNode, Router } from '../../dist/index.js';
import { faultySocket } from '../../dist/quic/faulty-socket.js';
import { Endpoint } from '../../dist/quic/index.js';

const socket = faultySocket({ seed: 1 });
const endpoints = [
  await Endpoint.bind({ address: '127.0.0.1:0', socket: () => socket }),
  await Endpoint.bind({ address: '127.0.0.1:0' }),
];
const [mine, other] = endpoints.map((endpoint) => {
  const node = new GossipNode(endpoint);
  return { node, router: new Router(endpoint).accept(node.alpn, node).spawn() };
});
const topic = topicIdFromBytes(new Uint8Array(32));
await other.node.subscribe(topic);
const session = await mine.node.subscribe(topic, { bootstrap: [endpoints[1].addr()] });
await session.joined();
setTimeout(async () => {
  socket.die(Object.assign(new Error('recvmsg ENETDOWN'), { code: 'ENETDOWN' }));
  await endpoints[1].close();
}, 50);
try {
  for (;;) await session.next();
} catch (error) {
  console.log(error.code, error.message);
}
