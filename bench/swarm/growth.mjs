// @ts-check
// Our nodes in one process, in a number of topics, around a hub or not: CPU and datagrams for each delivery. Prints figures as JSON.
import { setTimeout as sleep } from 'node:timers/promises';
import { Gossip, topicIdFrom } from '@grapevine/api';
import { Endpoint, Router } from '@grapevine/net/quic';
import { answer, programOptions } from '../lib/program.mjs';
import { payload } from './payload.mjs';

/** @type {{ nodes: number, topics: number, perSecond: number, messages: number, hub: boolean }} */
const { nodes, topics, perSecond, messages, hub } = programOptions();
const BYTES = 1024;
const SETTLE_MS = 5_000;
const WARM_UP = 0.3;

/** A hub has every other node as its neighbor. The others have as many as usual. @param {number} node */
const capacity = (node) => (hub && node === 0 ? { membership: { activeViewCapacity: nodes - 1 } } : {});

/** @type {Endpoint[]} */
const endpoints = [];
/** @type {Awaited<ReturnType<Gossip['subscribe']>>[]} */
const published = [];
const joins = [];
let delivered = 0;
for (let node = 0; node < nodes; node++) {
  const endpoint = await Endpoint.bind({ address: '127.0.0.1:0' });
  const gossip = Gossip.spawn(endpoint, { config: capacity(node) });
  new Router(endpoint).accept(Gossip.ALPN, gossip).spawn();
  const bootstrap = endpoints[0] ? [endpoints[0].addr()] : [];
  endpoints.push(endpoint);
  for (let i = 0; i < topics; i++) {
    const topic = await gossip.subscribe(topicIdFrom(`growth ${i}`), { bootstrap, queueCapacity: 10_000 });
    if (node === 0) published.push(topic);
    else joins.push(topic);
    void (async () => {
      for await (const event of topic) if (event.type === 'received') delivered++;
    })();
  }
  await sleep(20);
}
await Promise.all(joins.map((topic) => topic.joined({ signal: AbortSignal.timeout(180_000) })));
await sleep(SETTLE_MS);

/** @param {number} count */
async function publish(count) {
  const expected = delivered + count * (nodes - 1);
  const start = performance.now();
  for (let i = 0; i < count; i++) {
    await sleep(Math.max(0, start + (i * 1000) / perSecond - performance.now()));
    await published[i % topics]?.broadcast(payload(BYTES));
  }
  for (let waited = 0; delivered < expected && waited < 20_000; waited += 10) await sleep(10);
}
const datagrams = () => endpoints.reduce((sum, endpoint) => sum + endpoint.stats().datagramsSent, 0);

await publish(Math.round(messages * WARM_UP));
const before = { delivered, datagrams: datagrams(), cpu: process.cpuUsage() };
await publish(messages);
const { user, system } = process.cpuUsage(before.cpu);
const got = delivered - before.delivered;
answer({
  neighbors: published[0]?.neighbors().length ?? 0, // of the one that publishes
  share: got / (messages * (nodes - 1)),
  cpuUs: (user + system) / got,
  packets: (datagrams() - before.datagrams) / got,
});
