// A program that does nothing but read a topic. Its socket dies; then there must be nothing left that keeps it alive.
import { topicIdFromBytes } from '@grapevine/proto';
import { GossipNode, Router } from '../../src/index.js';
import { faultySocket } from '../../src/quic/faulty-socket.js';
import { Endpoint } from '../../src/quic/index.js';

const socket = faultySocket({ seed: 1 });
const mine = await member(await Endpoint.bind({ address: '127.0.0.1:0', socket: () => socket }));
const other = await member(await Endpoint.bind({ address: '127.0.0.1:0' }));
const topic = topicIdFromBytes(new Uint8Array(32));
await other.node.subscribe(topic);
const session = await mine.node.subscribe(topic, { bootstrap: [other.endpoint.addr()] });
await session.joined();
setTimeout(() => {
  socket.die(Object.assign(new Error('recvmsg ENETDOWN'), { code: 'ENETDOWN' }));
  void other.endpoint.close();
}, 50);
try {
  for (;;) await session.next();
} catch (error) {
  const { code, message } = error as Error & { code: string };
  console.log(code, message);
}

async function member(endpoint: Endpoint) {
  const node = new GossipNode(endpoint);
  new Router(endpoint).accept(node.alpn, node).spawn();
  return { endpoint, node };
}
