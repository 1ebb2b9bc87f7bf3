// A hub in a process of its own: says where tabs find it, and answers each question with what it has used and holds.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Gossip, topicIdFrom } from '@grapevine/api';
import { formatTicket, SecretKey } from '@grapevine/net';
import { Endpoint } from '@grapevine/net/quic';
import { HubEndpoint, WebListener } from '@grapevine/web/listener';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc');

const secretKey = SecretKey.generate();
const endpoint = await Endpoint.bind({ secretKey, address: '127.0.0.1:0' });
const listener = await WebListener.bind({ secretKey, address: '127.0.0.1:0' });
const hub = await Gossip.bind({ endpoint: new HubEndpoint(endpoint, listener) });
const room = await hub.subscribe(topicIdFrom('idle'));
void (async () => {
  while (!(await room.next()).done);
})();

function cpuMs() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e3;
}

process.on('message', async () => {
  const before = cpuMs();
  collect();
  const { topics } = await hub.snapshot();
  const { heapUsed, external } = process.memoryUsage();
  process.send?.({
    cpuMs: before,
    cpuMsSince: cpuMs(), // without the collection
    heapBytes: heapUsed + external,
    residentBytes: process.memoryUsage.rss(),
    leaves: topics[0]?.leaves.length ?? 0,
  });
});
process.send?.({ ticket: formatTicket(listener.addr()) });
