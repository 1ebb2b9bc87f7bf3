import { topicIdFromBytes } from '@grapevine/proto';
import { afterAll, expect, test } from 'vitest';
import { GossipNode } from '../../src/gossip/index.js';
import type { TopicSession } from '../../src/gossip/service.js';
import { Endpoint } from '../../src/quic/index.js';
import { Router } from '../../src/transport/router.js';

const TOPIC = topicIdFromBytes(new Uint8Array(32).fill(0x17));
const HISTORY = 10_000;
const HISTORY_BYTES = 1_000;
const LIVE_PER_SECOND = 200;
const NEWCOMERS = 6;
const MEASURED_MS = 3_000;

const routers: Router[] = [];
afterAll(() => Promise.all(routers.map((router) => router.shutdown())));

interface Member {
  readonly endpoint: Endpoint;
  readonly node: GossipNode;
  readonly session: TopicSession;
}

async function start(bootstrap: readonly Member[]): Promise<Member> {
  const endpoint = await Endpoint.bind({ address: '127.0.0.1:0' });
  const node = new GossipNode(endpoint, {
    config: { broadcast: { messageCacheRetention: 300_000, messageIdRetention: 300_000 } },
  });
  routers.push(new Router(endpoint).accept(node.alpn, node).spawn());
  const session = await node.subscribe(TOPIC, {
    bootstrap: bootstrap.map((member) => member.endpoint.addr()),
    queueCapacity: 1_000_000,
  });
  return { endpoint, node, session };
}

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

const percentile = (values: readonly number[], share: number) =>
  values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))] ?? Number.NaN;

/** Counts payloads, and how long live ones took (they begin with the time at which they were sent). */
function listen({ session }: Member): { received: number; latencies: number[] } {
  const heard = { received: 0, latencies: [] as number[] };
  void (async () => {
    for (let next = await session.next(); !next.done; next = await session.next()) {
      if (next.value.type !== 'received') continue;
      heard.received++;
      const view = Buffer.from(next.value.content);
      if (view.length === 16) heard.latencies.push(performance.now() - view.readDoubleLE(0));
    }
  })();
  return heard;
}

/** What live messages took from the publisher to the listener while newcomers joined one after the other; one list for each of them. */
async function joining(
  history: number,
): Promise<{ readonly quiet: number[][]; readonly joins: number[][]; readonly fetchMs: number[] }> {
  const publisher = await start([]);
  const listener = await start([publisher]);
  await Promise.all([publisher, listener].map(({ session }) => session.joined()));
  const heard = listen(listener);
  for (let i = 0; i < history; i++) {
    const content = Buffer.alloc(HISTORY_BYTES, `message ${i} `);
    await publisher.session.send({ type: 'broadcast', content, scope: 'swarm', whenAlone: 'reject' });
    if (i % 100 === 99) await sleep(5);
  }
  while (heard.received < history) await sleep(50);

  let live = 0;
  const began = performance.now();
  const publishing = setInterval(() => {
    for (const due = ((performance.now() - began) / 1000) * LIVE_PER_SECOND; live < due; live++) {
      const content = Buffer.alloc(16);
      content.writeDoubleLE(performance.now());
      content.writeDoubleLE(live, 8);
      void publisher.session.send({ type: 'broadcast', content, scope: 'swarm', whenAlone: 'reject' });
    }
  }, 5);

  const quiet: number[][] = [];
  const joins: number[][] = [];
  const fetchMs: number[] = [];
  for (let i = 0; i < NEWCOMERS; i++) {
    await sleep(2_000);
    heard.latencies.length = 0;
    await sleep(MEASURED_MS);
    quiet.push(heard.latencies.splice(0));
    const newcomer = await start([publisher]);
    const fetched = listen(newcomer);
    const at = performance.now();
    const measured = sleep(MEASURED_MS).then(() => joins.push(heard.latencies.splice(0)));
    while (fetched.received < history) await sleep(10);
    fetchMs.push(Math.round(performance.now() - at));
    await measured;
    expect((await newcomer.node.snapshot()).reconciliation.recovered).toBeGreaterThanOrEqual(history);
  }
  clearInterval(publishing);
  await Promise.all(routers.splice(0).map((router) => router.shutdown()));
  return { quiet, joins, fetchMs };
}

// All nodes share one process and its loop: whatever a newcomer's fetching does to others shows here at its worst. That a newcomer changes the
// tree delays some messages, too, so what is compared is a newcomer that has something to fetch with one that has nothing.
test(`newcomers that fetch ${HISTORY} messages delay live traffic hardly more than newcomers that fetch none`, async () => {
  const without = await joining(0);
  const fetching = await joining(HISTORY);
  const median = (rounds: readonly number[][], share: number) =>
    percentile(
      rounds.map((latencies) => percentile(latencies, share)),
      0.5,
    );
  const figures = (rounds: readonly number[][]) =>
    `p50 ${median(rounds, 0.5).toFixed(2)} ms, p99 ${median(rounds, 0.99).toFixed(2)} ms (${rounds.map((each) => percentile(each, 0.99).toFixed(1)).join(', ')})`;
  console.log(`live messages, nobody joins: ${figures([...without.quiet, ...fetching.quiet])}`);
  console.log(
    `live messages in ${MEASURED_MS} ms after a newcomer without anything to fetch: ${figures(without.joins)}`,
  );
  console.log(
    `live messages in ${MEASURED_MS} ms after a newcomer that fetches ${HISTORY} of ${HISTORY_BYTES} bytes: ${figures(fetching.joins)}`,
  );
  console.log(`fetched in ${fetching.fetchMs.join(', ')} ms`);
  expect(median(fetching.joins, 0.99)).toBeLessThan(1.5 * median(without.joins, 0.99));
});
