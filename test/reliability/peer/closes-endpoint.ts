// Closes the endpoint of a gossip node, and does nothing else. The process has to end by itself.
import { Gossip, topicIdFrom } from '@grapevine/api';
import { Endpoint, Router } from '@grapevine/net/quic';

async function start() {
  const endpoint = await Endpoint.bind({ address: '127.0.0.1:0' });
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
await b.endpoint.close();
await reading;
await a.endpoint.close();
process.stdout.write('the reader has ended\n');
