import { request } from 'node:http';
import { Gossip, topicIdFrom } from '@grapevine/api';
import { Router } from '@grapevine/net';
import { MemoryNetwork } from '@grapevine/net/memory';
import { Counter, type OpenMetricsContentType, openMetricsContentType, Registry, register } from 'prom-client';
import { expect, test, vi } from 'vitest';
import { gossipMetrics, processMetrics, serveMetrics } from '../src/index.js';

/** Two nodes that count in the given registries, exchange some messages, and part. */
async function talk(registries: readonly [Registry, Registry], during: () => Promise<void>): Promise<void> {
  const network = new MemoryNetwork();
  const nodes = registries.map((registry) => {
    const endpoint = network.endpoint();
    const gossip = Gossip.spawn(endpoint, { metrics: gossipMetrics(registry) });
    return { endpoint, gossip, router: new Router(endpoint).accept(Gossip.ALPN, gossip).spawn() };
  });
  const [a, b] = nodes as [(typeof nodes)[0], (typeof nodes)[0]];
  const topic = topicIdFrom('metrics');
  const his = await a.gossip.subscribe(topic);
  const hers = await b.gossip.subscribe(topic, { bootstrap: [a.endpoint.addr()] });
  await hers.joined();
  await his.joined();
  for (const size of [10, 20, 30]) await his.broadcast(Buffer.alloc(size, size));
  let received = 0;
  for await (const event of hers) if (event.type === 'received' && ++received === 3) break;
  await during();
  await Promise.all(nodes.map(({ router }) => router.shutdown()));
}

async function values(registry: Registry): Promise<Map<string, number>> {
  const lines = (await registry.metrics()).split('\n').filter((line) => line && !line.startsWith('#'));
  return new Map(
    lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ') + 1))]),
  );
}

const idle = Gossip.spawn(new MemoryNetwork().endpoint());
const { stats, reconciliation } = await idle.snapshot();
await idle.shutdown();
const NO_GAUGES = {
  ...{ identityConflict: false, stats, reconciliation, transport: { endpoint: {}, losses: undefined } },
  ...{ peers: { dialing: 0, connected: 0, 'backing-off': 0 }, topics: 0, neighbors: 0, queuedBytes: 0, unreadBytes: 0 },
  ...{ keptBroadcasts: 0, seenIds: 0, cachedPayloads: 0, cachedBytes: 0 },
};

test('counters move under the names of the Rust crate as messages flow', async () => {
  const sender = new Registry();
  const receiver = new Registry();
  await talk([sender, receiver], async () => {
    const sent = await values(sender);
    expect(sent.get('gossip_msgs_data_sent_total')).toBe(3);
    expect(sent.get('gossip_msgs_data_sent_size_total')).toBe(10 + 20 + 30 + 3 * (37 + 5)); // 5: the tag of its tree
    expect(sent.get('gossip_msgs_ctrl_sent_total')).toBeGreaterThan(0);
    expect(sent.get('gossip_neighbor_up_total')).toBe(1);
    expect(sent.get('gossip_topics')).toBe(1);
    expect(sent.get('gossip_neighbors')).toBe(1);
    expect(sent.get('gossip_cached_payloads')).toBe(3);
    expect(sent.get('gossip_cached_bytes')).toBe(60);
    expect(sent.get('gossip_seen_ids')).toBe(3);
    const received = await values(receiver);
    expect(received.get('gossip_msgs_data_recv_total')).toBe(3);
    expect(received.get('gossip_msgs_ctrl_recv_total')).toBeGreaterThan(0);
    expect(received.get('gossip_delivery_hops_count')).toBe(3);
    expect(received.get('gossip_delivery_hops_bucket{le="1"}')).toBe(3);
    expect(received.get('gossip_dials_total{outcome="connected"}')).toBe(1);
    expect(received.get('gossip_peers{state="connected"}')).toBe(1);
    expect(received.get('gossip_actor_tick_total{kind="message"}')).toBeGreaterThan(3);
  });
  const after = await values(sender);
  expect(after.get('gossip_neighbor_down_total{reason="left"}') ?? 0).toBeLessThanOrEqual(1);
  expect(after.get('gossip_topics')).toBe(0);
});

test('what is lost is counted, by reason', async () => {
  const registry = new Registry();
  const endpoint = new MemoryNetwork().endpoint();
  const gossip = Gossip.spawn(endpoint, { metrics: gossipMetrics(registry) });
  const topic = await gossip.subscribe(topicIdFrom('metrics'));
  const slow = await gossip.subscribe(topicIdFrom('metrics'), { queueCapacity: 2 });
  for (let i = 0; i < 5; i++) await topic.broadcast(`kept ${i}`);
  const before = await values(registry);
  expect(before.get('gossip_lost_total{reason="slow-reader"}')).toBe(3);
  expect(before.get('gossip_lost_total{reason="unsent"}')).toBe(0);
  expect(before.get('gossip_kept_broadcasts')).toBe(5);
  expect(before.get('gossip_unread_bytes')).toBeGreaterThan(0);
  await gossip.shutdown();
  const after = await values(registry);
  expect(after.get('gossip_lost_total{reason="unsent"}')).toBe(5);
  expect(await slow.next()).toMatchObject({ value: { type: 'lagged', missed: 3 } });
});

test("two nodes share the user's own registry and are added up", async () => {
  const shared = new Registry();
  const own = new Counter({ name: 'app_things_total', help: 'Things', registers: [shared] });
  own.inc();
  await talk([shared, shared], async () => {
    const sum = await values(shared);
    expect(sum.get('gossip_msgs_data_sent_total')).toBe(3);
    expect(sum.get('gossip_msgs_data_recv_total')).toBe(3);
    expect(sum.get('gossip_topics')).toBe(2);
    expect(sum.get('gossip_neighbor_up_total')).toBe(2);
    expect(sum.get('app_things_total')).toBe(1);
  });
});

test('another copy of the package, as after a hot reload, counts in the same metrics', async () => {
  vi.resetModules();
  const other = await import('../src/index.js');
  expect(other.gossipMetrics).not.toBe(gossipMetrics);
  const shared = new Registry();
  processMetrics(shared);
  other.processMetrics(shared);
  const [mine, theirs] = [gossipMetrics(shared), other.gossipMetrics(shared)];
  const observed = { ...NO_GAUGES, topics: 3 };
  const stop = [mine, theirs].map((metrics) => metrics.observe(() => observed));
  for (const metrics of [mine, theirs, mine]) metrics.neighborUp();
  const sum = await values(shared);
  expect(sum.get('gossip_neighbor_up_total')).toBe(3);
  expect(sum.get('gossip_topics')).toBe(6);
  expect(sum.get('process_cpu_user_seconds_total')).toBeGreaterThan(0);
  for (const each of stop) each();
});

test('after the registry was cleared, everything is counted again, from 0', async () => {
  const registry = new Registry();
  processMetrics(registry);
  const before = gossipMetrics(registry);
  before.observe(() => ({ ...NO_GAUGES, topics: 3 }));
  before.neighborUp();
  registry.clear();
  expect(await registry.metrics()).toBe('\n');
  before.tick('timer'); // a node that goes on
  before.neighborUp();
  const running = await values(registry);
  expect(running.get('gossip_neighbor_up_total')).toBe(1);
  expect(running.get('gossip_actor_tick_total{kind="timer"}')).toBe(1);
  expect(running.get('gossip_topics')).toBe(3);

  registry.clear();
  processMetrics(registry);
  const after = gossipMetrics(registry); // a program that begins anew
  after.neighborDown('left');
  const began = process.cpuUsage();
  while (process.cpuUsage(began).user === 0); // the kernel counts in steps of some milliseconds
  const anew = await values(registry);
  expect(anew.get('gossip_neighbor_down_total{reason="left"}')).toBe(1);
  expect(anew.get('gossip_neighbor_up_total')).toBe(0);
  expect(anew.get('process_cpu_user_seconds_total')).toBeGreaterThan(0);
});

test('a scrape looks at a node once, the next one looks again', async () => {
  const registry = new Registry();
  const metrics = gossipMetrics(registry);
  let looks = 0;
  metrics.observe(() => ({ ...NO_GAUGES, topics: ++looks }));
  for (const scrape of [1, 2]) expect((await values(registry)).get('gossip_topics')).toBe(scrape);
});

test('labels name kinds and reasons, never peers or topics', async () => {
  const registry = new Registry();
  await talk([registry, registry], async () => {
    const labels = [...(await values(registry)).keys()].flatMap((name) => /\{(.*)\}/.exec(name)?.[1]?.split(',') ?? []);
    expect(new Set(labels.map((label) => label.split('=')[0]))).toEqual(
      new Set(['kind', 'reason', 'outcome', 'state', 'le']),
    );
    expect(labels.join()).not.toMatch(/[0-9a-f]{10}/);
  });
});

test('without a registry everything meets in the global one', async () => {
  const { registry } = gossipMetrics();
  expect(registry).toBe(register);
  await using server = await serveMetrics({ port: 0 });
  expect((await fetchText(server.url)).text).toContain('gossip_topics 0');
});

test('every metric has HELP and TYPE', async () => {
  const { registry } = gossipMetrics();
  const text = await registry.metrics();
  const names = [...text.matchAll(/^# HELP (\S+) \S/gm)].map(([, name]) => name);
  expect(names.length).toBeGreaterThan(15);
  for (const name of names) expect(text).toMatch(new RegExp(`^# TYPE ${name} (counter|gauge|histogram)$`, 'm'));
});

async function fetchText(url: string, method = 'GET'): Promise<{ status: number; type: string; text: string }> {
  return new Promise((resolve, reject) => {
    request(url, { method }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk) => {
        text += chunk;
      });
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, type: response.headers['content-type'] ?? '', text }),
      );
    })
      .on('error', reject)
      .end();
  });
}

test('/metrics answers in Prometheus text, everything else says where to look', async () => {
  const { registry } = gossipMetrics();
  await using server = await serveMetrics({ registry, port: 0 });
  expect(server.host).toBe('127.0.0.1');
  const { status, type, text } = await fetchText(server.url);
  expect(status).toBe(200);
  expect(type).toContain('text/plain; version=0.0.4');
  expect(text).toContain('# TYPE gossip_msgs_ctrl_sent_total counter');
  expect(await fetchText(server.url.replace('/metrics', '/'))).toMatchObject({
    status: 404,
    text: 'not found; there are /metrics\n',
  });
  expect(await fetchText(server.url, 'POST')).toMatchObject({ status: 405 });
});

test('/metrics answers in OpenMetrics when the registry speaks it', async () => {
  const registry = new Registry<OpenMetricsContentType>();
  registry.setContentType(openMetricsContentType);
  gossipMetrics(registry);
  await using server = await serveMetrics({ registry, port: 0 });
  const { type, text } = await fetchText(server.url);
  expect(type).toContain('application/openmetrics-text');
  expect(text).toContain('# TYPE gossip_msgs_ctrl_sent counter\n');
  expect(text).toContain('gossip_msgs_ctrl_sent_total 0\n');
  expect(text.endsWith('# EOF\n')).toBe(true);
});

test('a port that is taken is an error', async () => {
  const { registry } = gossipMetrics();
  await using server = await serveMetrics({ registry, port: 0 });
  await expect(serveMetrics({ registry, port: server.port })).rejects.toThrow('EADDRINUSE');
});

test('more pages answer JSON beside the metrics', async () => {
  const pages = { '/healthz': () => ({ status: 503, body: { alive: false } }) };
  await using server = await serveMetrics({ registry: new Registry(), port: 0, pages });
  const answer = await fetch(server.url.replace('/metrics', '/healthz'));
  expect(answer.status).toBe(503);
  expect(await answer.json()).toEqual({ alive: false });
  expect((await fetch(server.url.replace('/metrics', '/toString'))).status).toBe(404);
  expect((await fetch(server.url)).status).toBe(200);
});

test('labelled counters have all their values from the beginning', async () => {
  const registry = new Registry();
  gossipMetrics(registry);
  const text = await registry.metrics();
  expect(text).toContain('gossip_dials_total{outcome="failed"} 0');
  expect(text).toContain('gossip_neighbor_down_total{reason="timeout"} 0');
});

test('the process is measured once for each registry, event-loop lag included', async () => {
  const registry = new Registry();
  processMetrics(registry);
  processMetrics(registry);
  const text = await registry.metrics();
  expect(text).toContain('nodejs_eventloop_lag_p99_seconds');
  expect(text).toContain('process_resident_memory_bytes');
  expect(text).not.toContain('nodejs_active_handles_total');
});
