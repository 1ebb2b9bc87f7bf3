// @ts-check
// How much memory does an idle topic take? Two nodes share many topics, whose streams have been finished. Prints bytes as JSON.
import { setTimeout as sleep } from 'node:timers/promises';
import { Gossip, topicIdFrom } from '@grapevine/api';
import { Endpoint, Router } from '@grapevine/net/quic';
import { held } from '../lib/memory.mjs';
import { answer, programOptions } from '../lib/program.mjs';

/** @type {{ topics: number, shared: boolean }} */
const { topics, shared } = programOptions();
/** Streams are finished after ten seconds of silence, which a timer checks every five. */
const IDLE_MS = 25_000;

async function start() {
  const endpoint = await Endpoint.bind({ address: '127.0.0.1:0' });
  const gossip = Gossip.spawn(endpoint);
  new Router(endpoint).accept(Gossip.ALPN, gossip).spawn();
  return { endpoint, gossip };
}

const [a, b] = [await start(), await start()];
const first = [
  await a.gossip.subscribe(topicIdFrom('first')),
  await b.gossip.subscribe(topicIdFrom('first'), { bootstrap: [a.endpoint.addr()] }),
];
await Promise.all(first.map((topic) => topic.joined()));
await sleep(1000);
const before = await held();
const all = [];
for (let i = 0; i < topics; i++) {
  const id = topicIdFrom(`topic ${i}`);
  all.push(await a.gossip.subscribe(id));
  if (shared) all.push(await b.gossip.subscribe(id, { bootstrap: [a.endpoint.addr()] }));
}
if (shared) await Promise.all(all.map((topic) => topic.joined({ signal: AbortSignal.timeout(60_000) })));
await sleep(IDLE_MS);
const after = await held();
answer({
  js: (after.js - before.js) / all.length,
  resident: (after.resident - before.resident) / all.length,
});
