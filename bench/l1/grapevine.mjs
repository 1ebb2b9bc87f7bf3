// @ts-check
// `node grapevine.mjs RULE NODES PER_SECOND SECONDS [BYTES]`: our nodes over QUIC, through sockets that delay. Prints figures as JSON.
// RULE is a mode of the kernel; `eager`: `hardened` with payloads that are sent at once instead of announced; or `hardened,flood`: one after
// the other in one swarm, over the same links. It prints two figures.
import { setTimeout as sleep } from 'node:timers/promises';
import { Gossip, topicIdFrom } from '@grapevine/api';
import { faultySocket } from '@grapevine/net/compliance';
import { Endpoint, Router } from '@grapevine/net/quic';
import { sendInsteadOfAnnouncing } from './eager.mjs';
import { flood } from './flood.mjs';
import { delays, meter } from './load.mjs';

const rule = /** @type {'hardened' | 'reference' | 'eager' | 'hardened,flood'} */ (process.argv[2]);
const [nodes = 20, perSecond = 10, seconds = 10, bytes] = process.argv.slice(3).map(Number);
if (rule === 'eager') sendInsteadOfAnnouncing();
const config =
  rule === 'eager'
    ? { broadcast: { dispatchTimeout: 1 }, hardened: { announceDelayMax: 1 } }
    : { mode: /** @type {const} */ (rule === 'reference' ? 'reference' : 'hardened') };
/** More events than can be waiting. */
const QUEUE = 100_000;
/** Nodes join one after the other. */
const JOIN_PAUSE_MS = 150;

const room = topicIdFrom('L1');
let { receive, measure } = meter();
/** @type {Endpoint[]} */
const endpoints = [];
/** @type {Awaited<ReturnType<Gossip['subscribe']>>[]} */
const topics = [];
for (const [i, delayMs] of delays(nodes).entries()) {
  const endpoint = await Endpoint.bind({
    address: '127.0.0.1:0',
    socket: () => faultySocket({ seed: i + 1, delayMs }),
  });
  const gossip = Gossip.spawn(endpoint, { config });
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

/** @type {import('./load.mjs').Swarm} */
const swarm = {
  publish: async (node, content) => topics[node]?.broadcast(content),
  packets: () => endpoints.reduce((sum, endpoint) => sum + endpoint.stats().datagramsSent, 0),
  close: async () => {},
};
const load = { nodes, perSecond, seconds, ...(bytes !== undefined && { bytes }) };
const figures = [await measure(swarm, load)];
if (rule === 'hardened,flood') {
  flood();
  ({ receive, measure } = meter());
  figures.push(await measure(swarm, load));
}
process.stdout.write(`${JSON.stringify(figures)}\n`, () => process.exit());
