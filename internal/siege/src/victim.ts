// The node under attack, in a process of its own, so that what it costs can be measured.
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Gossip, type GossipTopic, topicIdFrom } from '@grapevine/api';
import { type EndpointAddr, Router } from '@grapevine/net';
import { Endpoint } from '@grapevine/net/quic';
import { OTHER_ROOM, ROOM, type VictimReport, type VictimRequest } from './messages.js';

/** Few, so that slots run short within seconds. */
const MAX_PEERS = 32;

const endpoint = await Endpoint.bind({ address: '127.0.0.1:0' });
const gossip = Gossip.spawn(endpoint, { maxPeers: MAX_PEERS });
new Router(endpoint).accept(gossip.alpn, gossip).spawn();
const topic = await gossip.subscribe(topicIdFrom(ROOM));
const lateness: number[] = [];
const delay = monitorEventLoopDelay({ resolution: 1 });
delay.enable();
let cpu = process.cpuUsage();
void listen(topic);

async function listen(events: GossipTopic): Promise<void> {
  for await (const event of events) {
    if (event.type !== 'received' || event.content.length < 8) continue;
    const { buffer, byteOffset } = event.content;
    lateness.push(performance.timeOrigin + performance.now() - new DataView(buffer, byteOffset).getFloat64(0));
  }
}

/** What has happened since the last report. */
async function report(): Promise<VictimReport> {
  const { user, system } = process.cpuUsage(cpu);
  const snapshot = await gossip.snapshot();
  globalThis.gc?.();
  const { rss, heapUsed, arrayBuffers } = process.memoryUsage();
  const result: VictimReport = {
    cpuMs: (user + system) / 1_000,
    rss,
    heap: heapUsed + arrayBuffers,
    longestTurnMs: delay.max / 1e6,
    lateness: lateness.splice(0),
    neighbors: topic.neighbors().length,
    refused: snapshot.sources.refused,
  };
  cpu = process.cpuUsage();
  delay.reset();
  return result;
}

/** A join of the target's own user. @returns how long it took, in milliseconds */
async function join(bootstrap: EndpointAddr): Promise<number> {
  const began = performance.now();
  await using other = await gossip.subscribe(topicIdFrom(OTHER_ROOM), { bootstrap: [bootstrap] });
  return await other.joined({ signal: AbortSignal.timeout(20_000) }).then(
    () => performance.now() - began,
    () => Number.POSITIVE_INFINITY,
  );
}

async function answer(request: VictimRequest): Promise<unknown> {
  switch (request.type) {
    case 'report':
      return await report();
    case 'join':
      return { joinMs: await join(request.bootstrap) };
  }
}

process.on('message', (request: VictimRequest) => void answer(request).then((result) => process.send?.(result)));
process.send?.(endpoint.addr());
