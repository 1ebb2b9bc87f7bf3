// Joins a topic, and fetches what was published before. Leaves at the end of input. Arguments: the ticket of a member, how many messages.
import { Gossip, topicIdFrom } from '@grapevine/api';
import { Endpoint, Router } from '@grapevine/net/quic';

const [ticket = '', count = '0'] = process.argv.slice(2);
const endpoint = await Endpoint.bind({ address: '127.0.0.1:0' });
const broadcast = { messageCacheRetention: 300_000, messageIdRetention: 300_000 };
const gossip = Gossip.spawn(endpoint, { shareAddresses: false, config: { broadcast } });
const router = new Router(endpoint).accept(Gossip.ALPN, gossip).spawn();
process.stdin.resume().on('end', () => void router.shutdown());
const began = performance.now();
const topic = await gossip.subscribe(topicIdFrom('reliability'), { bootstrap: [ticket], queueCapacity: 1_000_000 });
let fetched = 0;
for await (const event of topic) {
  if (event.type !== 'received') continue;
  const number = new DataView(event.content.buffer, event.content.byteOffset, 4).getUint32(0);
  if (number >= Number(count) || ++fetched < Number(count)) continue;
  process.stdout.write(`${JSON.stringify({ event: 'fetched', ms: performance.now() - began })}\n`);
}
