// @ts-check
// One of our nodes as a process, for processes.mjs: commands on stdin, an answer as a JSON line on stdout for each.
import { createInterface } from 'node:readline';
import { Gossip, topicIdFrom } from '@grapevine/api';
import { formatTicket } from '@grapevine/net';
import { Endpoint, Router } from '@grapevine/net/quic';
import { payload } from './payload.mjs';

/** More than can be waiting. */
const QUEUE = 1_000_000;

const endpoint = await Endpoint.bind({ address: '127.0.0.1:0' });
const gossip = Gossip.spawn(endpoint);
new Router(endpoint).accept(Gossip.ALPN, gossip).spawn();
/** @type {Awaited<ReturnType<Gossip['subscribe']>> | undefined} */
let topic;
let count = 0;
const say = (/** @type {object} */ answer) => process.stdout.write(`${JSON.stringify(answer)}\n`);

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

say({ event: 'ready', ticket: formatTicket(endpoint.addr()) });
for await (const line of createInterface({ input: process.stdin })) {
  const [verb, ...args] = line.split(' ');
  switch (verb) {
    case 'join':
      topic = await gossip.subscribe(topicIdFrom('swarm'), { bootstrap: args, queueCapacity: QUEUE });
      void read(topic);
      say({ reply: verb });
      break;
    case 'publish': {
      const [messages = 0, bytes = 0, pauseMs = 0] = args.map(Number);
      void publish(messages, bytes, pauseMs).then(() => say({ reply: verb }));
      break;
    }
    case 'look': {
      const { user, system } = process.cpuUsage();
      const { datagramsSent } = endpoint.stats();
      const neighbors = topic?.neighbors().length ?? 0;
      say({ reply: verb, count, cpuMs: (user + system) / 1000, packets: datagramsSent, neighbors });
      break;
    }
  }
}
process.exit();
