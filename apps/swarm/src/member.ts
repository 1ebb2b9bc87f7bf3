// One process of the swarm. Talks to the coordinator over the IPC channel of child_process.fork.
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { formatTicket, Gossip, type GossipTopic, topicIdFrom } from '@grapevine/api';
import { noMetrics } from '@grapevine/net';
import { Endpoint, Router } from '@grapevine/net/quic';
import { Latencies } from './latencies.js';
import { decodeLine, encodeLine, hashLines, preciseNow, splitLines } from './lines.js';
import type { Order, Report, Status } from './protocol.js';

const STATUS_INTERVAL_MS = 100;

const payloads = { received: 0, delivered: 0 };
const latencies = new Latencies();
let received: (Buffer | undefined)[] = [];
let lines = 0;
let duplicated = 0;
let hops = 0;
let topic: GossipTopic | undefined;

const endpoint = await Endpoint.bind({ address: '127.0.0.1:0' });
const gossip = Gossip.spawn(endpoint, {
  metrics: {
    ...noMetrics,
    messageReceived: (kind) => {
      if (kind === 'data') payloads.received++;
    },
    delivered: () => {
      payloads.delivered++;
    },
  },
});
const router = new Router(endpoint).accept(Gossip.ALPN, gossip).spawn();

function tell(report: Report): void {
  if (process.connected) process.send?.(report, undefined, {}, () => {}); // a coordinator that is gone hears nothing
}

function status(): Status {
  return {
    neighbors: topic?.neighbors().length ?? 0,
    lines,
    duplicated,
    redundant: payloads.received - payloads.delivered,
    hops,
    p50Ms: latencies.percentile(0.5),
    p99Ms: latencies.percentile(0.99),
  };
}

async function join(ticket: string | undefined, count: number): Promise<void> {
  received = new Array(count);
  topic = await gossip.subscribe(topicIdFrom('grapevine-swarm'), {
    bootstrap: ticket === undefined ? [] : [ticket],
    queueCapacity: 1_000_000,
  });
  void listen(topic);
  await topic.joined();
  tell({ type: 'joined' });
}

async function listen(events: GossipTopic): Promise<void> {
  for await (const event of events) {
    if (event.type !== 'received') continue;
    const { number, sentAt, line } = decodeLine(event.content);
    if (received[number]) {
      duplicated++;
      continue;
    }
    received[number] = Buffer.from(line);
    lines++;
    latencies.add(preciseNow() - sentAt);
    if (event.scope.type === 'swarm') hops = Math.max(hops, event.scope.round + 1);
  }
}

async function publish(file: string, rate: number, size: number): Promise<void> {
  const begin = performance.now();
  for (const [number, line] of splitLines(readFileSync(file)).entries()) {
    const wait = rate === 0 ? 0 : begin + (number * 1000) / rate - performance.now();
    if (wait > 1) await sleep(wait);
    await topic?.broadcast(encodeLine({ number, sentAt: preciseNow(), line }, size));
    received[number] = line;
    lines++;
  }
}

async function leave(): Promise<void> {
  clearInterval(reporting);
  await router.shutdown();
  if (process.connected) process.disconnect();
}

async function obey(order: Order): Promise<void> {
  switch (order.type) {
    case 'join':
      return join(order.ticket, order.lines);
    case 'publish':
      return publish(order.file, order.rate, order.size);
    case 'report':
      return tell({ type: 'result', status: status(), sha256: hashLines(received), latencies: latencies.toJSON() });
    case 'leave':
      return leave();
  }
}

process.on('message', (order: Order) => {
  obey(order).catch((error) =>
    tell({ type: 'failed', message: error instanceof Error ? error.message : String(error) }),
  );
});
process.on('disconnect', () => void leave()); // the coordinator is gone
process.on('SIGINT', () => {}); // Ctrl-C reaches the whole group; the coordinator decides
const reporting = setInterval(() => tell({ type: 'status', status: status() }), STATUS_INTERVAL_MS);
tell({ type: 'ready', ticket: formatTicket(endpoint.addr()) });
