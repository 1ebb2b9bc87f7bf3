// @ts-check
// One of our nodes as a process, for processes.mjs.
import { Gossip, topicIdFrom } from '@grapevine/api';
import { formatTicket } from '@grapevine/net';
import { Endpoint, Router } from '@grapevine/net/quic';
import { obey } from './commands.mjs';
import { payload } from './payload.mjs';

/** More events than can be waiting. */
const QUEUE = 1_000_000;

const endpoint = await Endpoint.bind({ address: '127.0.0.1:0' });
const gossip = Gossip.spawn(endpoint);
new Router(endpoint).accept(Gossip.ALPN, gossip).spawn();
/** @type {Awaited<ReturnType<Gossip['subscribe']>> | undefined} */
let topic;
let count = 0;

/** @param {NonNullable<typeof topic>} events */
async function read(events) {
  for await (const event of events) if (event.type === 'received') count++;
}

/** @param {number} messages @param {number} bytes @param {number} pauseMs */
async function publish(messages, bytes, pauseMs) {
  for (let i = 0; i < messages; i++) {
    await topic?.broadcast(payload(bytes));
    if (pauseMs > 0) await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}

await obey(formatTicket(endpoint.addr()), {
  join: async (bootstrap) => {
    topic = await gossip.subscribe(topicIdFrom('swarm'), { bootstrap, queueCapacity: QUEUE });
    void read(topic);
  },
  send: publish,
  look: () => ({ count, packets: endpoint.stats().datagramsSent, neighbors: topic?.neighbors().length ?? 0 }),
});
