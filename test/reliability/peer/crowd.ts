// Many nodes in one process, all neighbors of one node elsewhere. Arguments: the ticket of that node, how many nodes.
import { Gossip, topicIdFrom } from '@grapevine/api';
import { Endpoint, Router } from '@grapevine/net/quic';

const [ticket = '', count = '0'] = process.argv.slice(2);
for (let i = 0; i < Number(count); i++) {
  const endpoint = await Endpoint.bind({ address: '127.0.0.1:0' });
  const gossip = Gossip.spawn(endpoint, { shareAddresses: false, config: { membership: { activeViewCapacity: 2 } } });
  new Router(endpoint).accept(Gossip.ALPN, gossip).spawn();
  const topic = await gossip.subscribe(topicIdFrom('reliability'), { bootstrap: [ticket] });
  await topic.joined();
}
process.stdout.write(`${JSON.stringify({ event: 'ready' })}\n`);
