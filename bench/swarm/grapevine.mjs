// @ts-check
// Our nodes in one process, over QUIC on loopback. The argument is a load (see load.mjs). Prints figures as JSON.
import { setTimeout as sleep } from 'node:timers/promises';
import { Gossip, topicIdFrom } from '@grapevine/api';
import { Endpoint, Router } from '@grapevine/net/quic';
import { answer, programOptions } from '../lib/program.mjs';
import { meter } from './load.mjs';

/** More events than can be waiting. */
const QUEUE = 1_000_000;
/** Nodes join one after the other. */
const JOIN_PAUSE_MS = 50;

/** @type {import('./load.mjs').Load} */
const load = programOptions();
const room = topicIdFrom('swarm');
const { receive, measure } = meter();
/** @type {Endpoint[]} */
const endpoints = [];
/** @type {Awaited<ReturnType<Gossip['subscribe']>>[]} */
const topics = [];
for (let i = 0; i < load.nodes; i++) {
  const endpoint = await Endpoint.bind({ address: '127.0.0.1:0' });
  const gossip = Gossip.spawn(endpoint);
  new Router(endpoint).accept(Gossip.ALPN, gossip).spawn();
  endpoints.push(endpoint);
  const bootstrap = i === 0 ? [] : [/** @type {Endpoint} */ (endpoints[0]).addr()];
  topics.push(await gossip.subscribe(room, { bootstrap, queueCapacity: QUEUE }));
  await sleep(JOIN_PAUSE_MS);
}
await Promise.all(topics.slice(1).map((topic) => topic.joined({ signal: AbortSignal.timeout(20_000) })));
for (const topic of topics) {
  void (async () => {
    for await (const event of topic) if (event.type === 'received') receive(event.content);
  })();
}

answer(
  await measure(
    {
      publish: async (content) => topics[0]?.broadcast(content),
      packets: () => endpoints.reduce((sum, endpoint) => sum + endpoint.stats().datagramsSent, 0),
    },
    load,
  ),
);
