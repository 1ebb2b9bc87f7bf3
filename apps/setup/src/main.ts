// The smallest complete program: bind, spawn, route, meet, talk, shut down.
import { Gossip, topicIdFrom } from '@grapevine/api';
import { Endpoint, Router } from '@grapevine/net/quic';

/** A node: its endpoint, its gossip, and the router between them. */
async function start() {
  const endpoint = await Endpoint.bind({ address: '127.0.0.1:0' }); // fresh identity, port chosen by the system
  const gossip = Gossip.spawn(endpoint);
  const router = new Router(endpoint).accept(Gossip.ALPN, gossip).spawn();
  return { endpoint, gossip, router };
}

const room = topicIdFrom('my-room');
const alice = await start();
const bob = await start();

const hers = await alice.gossip.subscribe(room);
const his = await bob.gossip.subscribe(room, { bootstrap: [alice.endpoint.addr()] });
await his.joined({ signal: AbortSignal.timeout(10_000) });

await his.broadcast('hello from bob');
for await (const event of hers) {
  if (event.type !== 'received') continue;
  console.log(`alice heard: ${Buffer.from(event.content)}`);
  break;
}

await Promise.all([alice.router.shutdown(), bob.router.shutdown()]); // says goodbye, then closes the endpoints
