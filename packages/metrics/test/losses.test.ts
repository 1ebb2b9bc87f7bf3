import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { Gossip, topicIdFrom } from '@grapevine/api';
import { directAddrs, type SocketAddr } from '@grapevine/net';
import { Endpoint } from '@grapevine/net/quic';
import { connectRpc, serveRpc } from '@grapevine/rpc';
import { Registry } from 'prom-client';
import { afterEach, describe, expect, test } from 'vitest';
import { gossipMetrics } from '../src/index.js';

/** Parts of a snapshot in which every number counts what was lost, dropped, refused or given up, and the metric of each. */
const METRICS: Readonly<Record<string, (name: string) => string>> = {
  losses: (name) => `gossip_lost_total{reason="${name}"}`,
  stats: (name) => `gossip_protocol_dropped_total{reason="${kebab(name)}"}`,
  transport: (name) => `gossip_transport_dropped_total{reason="${name}"}`,
  'admission.counts': (name) => `gossip_dropped_total{reason="${name}"}`,
  'sources.refused': (name) => `gossip_dropped_total{reason="${REFUSED[name]}"}`,
  reconciliation: (name) => RECONCILIATION[name] ?? '',
};
const REFUSED: Readonly<Record<string, string>> = {
  ...{ slot: 'no-slot', dial: 'no-slot', displaced: 'displaced', hearsay: 'hearsay' },
  ...{ work: 'over-share', memory: 'over-share' },
};
const RECONCILIATION: Readonly<Record<string, string>> = {
  sessions: 'gossip_reconciliations_total{outcome="completed"}',
  failed: 'gossip_reconciliations_total{outcome="failed"}',
  recovered: 'gossip_reconciled_payloads_total{outcome="recovered"}',
  unavailable: 'gossip_reconciled_payloads_total{outcome="unavailable"}',
};
/** What a snapshot tells of now, and not of what has happened. */
const NOW = [
  ...['admission.shutOut', 'sources.slots.used', 'sources.slots.limit', 'sources.hosts'],
  ...['sources.dials.all', 'sources.dials.hearsay', 'sources.dials.hearsayWaiting'],
];

const kebab = (name: string) => name.replace(/[A-Z]+/g, (capitals) => `-${capitals.toLowerCase()}`);

/** The paths of all numbers in an object. */
function numbersIn(value: unknown, path = ''): string[] {
  if (typeof value === 'number') return [path];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, part]) => numbersIn(part, path === '' ? name : `${path}.${name}`));
}

async function values(registry: Registry): Promise<Map<string, number>> {
  const lines = (await registry.metrics()).split('\n').filter((line) => line && !line.startsWith('#'));
  return new Map(lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.split(' ').at(-1))]));
}

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function node(registry: Registry, endpoint?: Endpoint, alpn?: string) {
  const bound = endpoint ?? (await Endpoint.bind({ address: '127.0.0.1:0' }));
  const gossip = Gossip.spawn(bound, { metrics: gossipMetrics(registry), ...(alpn !== undefined && { alpn }) });
  closers.push(() => bound.close());
  return { endpoint: bound, gossip };
}

/** Sends a datagram that is no packet. */
async function sendRubbish({ host, port }: SocketAddr): Promise<void> {
  const socket = createSocket('udp4');
  socket.send(Buffer.from('rubbish'), port, host, () => socket.close());
  await once(socket, 'close');
}

describe('every loss has a metric', () => {
  test('each number of a snapshot that counts losses, dropped or refused things has one', async () => {
    const registry = new Registry();
    const { gossip } = await node(registry);
    await gossip.subscribe(topicIdFrom('losses'));
    const series = await values(registry);
    const { topics: _, peers: __, ...counted } = await gossip.snapshot(); // these two tell of now
    const paths = numbersIn(counted).filter((path) => !NOW.includes(path));
    expect(paths.length).toBeGreaterThan(60);
    const without = paths.filter((path) => {
      const [part, metric] = Object.entries(METRICS).find(([part]) => path.startsWith(`${part}.`)) ?? [];
      return !series.has(metric?.(path.slice(`${part}.`.length)) ?? '');
    });
    expect(without).toEqual([]);
  });

  test('each number of an endpoint that counts losses is in it, and no metric is of a loss that nobody counts', async () => {
    const registry = new Registry();
    const { endpoint, gossip } = await node(registry);
    const { transport } = await gossip.snapshot();
    const { connections, routes, halfOpen, datagramsReceived, datagramsSent, ...losses } = endpoint.stats();
    const ofWeb = ['bad-request', 'no-room'];
    expect(Object.keys(transport ?? {}).filter((name) => !ofWeb.includes(name))).toHaveLength(
      Object.keys(losses).length,
    );
    const reasons = [...(await values(registry)).keys()].filter((name) => name.startsWith('gossip_transport_dropped'));
    expect(reasons).toHaveLength(Object.keys(transport ?? {}).length);
  });

  test('so does each number of a server of remote control, and of the endpoint that it listens on', async () => {
    const registry = new Registry();
    const metrics = gossipMetrics(registry);
    const { gossip } = await node(registry);
    const server = await serveRpc(gossip, { metrics, maxConnections: 2 });
    const series = await values(registry);
    const { connections, losses } = server.stats();
    expect(series.get('gossip_rpc_connections')).toBe(connections);
    const counted = [...series.keys()].filter((name) => name.startsWith('gossip_rpc_dropped_total'));
    expect(counted).toEqual(Object.keys(losses).map((reason) => `gossip_rpc_dropped_total{reason="${reason}"}`));

    const at = { address: server.address, certificate: server.certificate ?? new Uint8Array() };
    await using first = connectRpc(at);
    await using second = connectRpc(at);
    const topic = await first.subscribe(topicIdFrom('losses'));
    for (let i = 0; i < 300; i++) await topic.broadcast(`${i}`.padEnd(4_000)); // 1 MiB is kept for a first neighbor
    expect(await first.flush()).toBe(38);
    await expect(second.control.ping()).rejects.toMatchObject({ code: 'ERR_RPC_REFUSED' });
    const { host, port } = server.addr;
    await sendRubbish({ host, port });
    await expect
      .poll(async () => (await values(registry)).get('gossip_transport_dropped_total{reason="undecodable"}'))
      .toBe(1);
    const now = await values(registry);
    expect(now.get('gossip_rpc_connections')).toBe(2);
    expect(now.get('gossip_rpc_dropped_total{reason="not-carried-out"}')).toBe(38);
    expect(now.get('gossip_rpc_dropped_total{reason="too-many-connections"}')).toBe(1);
    await server.shutdown();
    const after = await values(registry);
    expect(after.get('gossip_rpc_connections')).toBe(0);
    expect(after.get('gossip_rpc_dropped_total{reason="not-carried-out"}')).toBe(38);
  });

  test('what an endpoint has dropped is counted once, where two nodes share it, and stays when they end', async () => {
    const registry = new Registry();
    const { endpoint, gossip } = await node(registry);
    const { gossip: other } = await node(registry, endpoint, '/another/1');
    const [at] = directAddrs(endpoint.addr()) as [SocketAddr];
    await sendRubbish(at);
    await expect.poll(() => endpoint.stats().undecodable).toBe(1);
    const undecodable = async () =>
      (await values(registry)).get('gossip_transport_dropped_total{reason="undecodable"}');
    expect(await undecodable()).toBe(1);
    expect((await gossip.snapshot()).transport).toMatchObject({ undecodable: 1, excess: 0 });
    await sendRubbish(at);
    await expect.poll(() => endpoint.stats().undecodable).toBe(2);
    await gossip.shutdown();
    await other.shutdown();
    expect(await undecodable()).toBe(2);
    registry.clear();
    gossipMetrics(registry);
    expect(await undecodable()).toBe(0);
  });
});
