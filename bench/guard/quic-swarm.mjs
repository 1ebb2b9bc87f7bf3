// @ts-check
// Ten nodes over QUIC on loopback at 100 payloads a second, in real time: datagrams for each delivery. Prints counts as JSON.
import { setTimeout as sleep } from 'node:timers/promises';
import { Gossip, topicIdFrom } from '@grapevine/api';
import { Endpoint, Router } from '@grapevine/net/quic';
import { answer } from '../lib/program.mjs';
import { payload } from '../swarm/payload.mjs';

const NODES = 10;
const BYTES = 1024;
const PAUSE_MS = 10;
const MESSAGES = 150;

/** @type {Endpoint[]} */
const endpoints = [];
/** @type {Awaited<ReturnType<Gossip['subscribe']>>[]} */
const topics = [];
let delivered = 0;
for (let i = 0; i < NODES; i++) {
  const endpoint = await Endpoint.bind({ address: '127.0.0.1:0' });
  const gossip = Gossip.spawn(endpoint);
  new Router(endpoint).accept(Gossip.ALPN, gossip).spawn();
  const bootstrap = endpoints[0] ? [endpoints[0].addr()] : [];
  endpoints.push(endpoint);
  const topic = await gossip.subscribe(topicIdFrom('guard'), { bootstrap, queueCapacity: 10_000 });
  topics.push(topic);
  void (async () => {
    for await (const event of topic) if (event.type === 'received') delivered++;
  })();
  await sleep(50);
}
await sleep(1_500);
async function publish() {
  const expected = delivered + MESSAGES * (NODES - 1);
  const start = performance.now();
  for (let i = 0; i < MESSAGES; i++) {
    await topics[0]?.broadcast(payload(BYTES));
    await sleep(Math.max(0, start + (i + 1) * PAUSE_MS - performance.now()));
  }
  for (let waited = 0; delivered < expected && waited < 2_000; waited += 10) await sleep(10);
}
const datagrams = () => endpoints.reduce((sum, endpoint) => sum + endpoint.stats().datagramsSent, 0);
await publish(); // until the tree has its shape
const before = { datagrams: datagrams(), delivered };
await publish();
const deliveries = delivered - before.delivered;
answer({
  'quic: deliveries missing': MESSAGES * (NODES - 1) - deliveries,
  'quic: datagrams': (datagrams() - before.datagrams) / deliveries,
});
