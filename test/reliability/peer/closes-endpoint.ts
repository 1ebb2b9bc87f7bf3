// Closes the endpoint of a gossip node, or loses its socket (argument: socket), and does nothing else. The process has to end by itself.
import { Gossip, topicIdFrom } from '@grapevine/api';
import { DgramSocket, Endpoint, Router } from '@grapevine/net/quic';

/** Reports the error with which the operating system takes a socket away. */
let report: (error: Error) => void = () => {};

class MortalSocket extends DgramSocket {
  override onError(listener: (error: Error) => void): void {
    report = listener;
    super.onError(listener);
  }
}

async function start() {
  const endpoint = await Endpoint.bind({ address: '127.0.0.1:0', socket: () => new MortalSocket() });
  const gossip = Gossip.spawn(endpoint);
  new Router(endpoint).accept(Gossip.ALPN, gossip).spawn();
  return { endpoint, gossip };
}

const [a, b] = [await start(), await start()];
const room = topicIdFrom('reliability');
await a.gossip.subscribe(room);
const topic = await b.gossip.subscribe(room, { bootstrap: [a.endpoint.addr()] });
await topic.joined();
const reading = (async () => {
  for await (const _ of topic);
})().catch(() => {});
if (process.argv[2] === 'socket') {
  report(Object.assign(new Error('recvmsg ENETDOWN'), { code: 'ENETDOWN', syscall: 'recvmsg' }));
} else {
  await b.endpoint.close();
}
await reading;
await a.endpoint.close();
process.stdout.write('the reader has ended\n');
