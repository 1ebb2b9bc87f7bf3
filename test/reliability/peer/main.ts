// A member of a swarm in a process of its own: commands on stdin, JSON lines on stdout, as the peers of test/interop.
import { createInterface } from 'node:readline';
import { setTimeout } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { formatTicket, Gossip, type GossipEvent, type GossipTopic, topicIdFrom } from '@grapevine/api';
import { directAddrs, formatSocketAddr } from '@grapevine/net';
import { DgramSocket, Endpoint, Router, SecretKey } from '@grapevine/net/quic';

const text = { type: 'string' } as const;
const { values } = parseArgs({
  options: {
    'secret-key': text,
    bind: { ...text, default: '127.0.0.1:0' },
    'idle-timeout-ms': text,
    'cache-ms': text,
    /** Drops what came to the socket while the process was stopped, as a sleeping machine does. */
    'deaf-while-stopped': { type: 'boolean', default: false },
  },
});

/** A pause of more milliseconds than this between two ticks means that the process was stopped. */
const STOP = 3_000;
/** How long after a stop datagrams still come out of the socket's buffer, in milliseconds. */
const BACKLOG = 60;

class SleeperSocket extends DgramSocket {
  #lastTick = Date.now();
  #deafUntil = 0;

  override onDatagram(receive: (datagram: Uint8Array, host: string, port: number) => void): void {
    setInterval(() => this.#tick(), 200).unref();
    super.onDatagram((datagram, host, port) => {
      if (this.#tick() >= this.#deafUntil) receive(datagram, host, port);
    });
  }

  #tick(): number {
    const now = Date.now();
    if (now - this.#lastTick > STOP) this.#deafUntil = now + BACKLOG;
    this.#lastTick = now;
    return now;
  }
}

const emit = (line: Readonly<Record<string, unknown>>) => process.stdout.write(`${JSON.stringify(line)}\n`);

const endpoint = await Endpoint.bind({
  address: values.bind,
  ...(values['secret-key'] ? { secretKey: SecretKey.parse(values['secret-key']) } : {}),
  ...(values['idle-timeout-ms'] ? { idleTimeoutMs: Number(values['idle-timeout-ms']) } : {}),
  ...(values['deaf-while-stopped'] ? { socket: () => new SleeperSocket() } : {}),
});
const cacheMs = Number(values['cache-ms'] ?? 30_000);
const broadcast = { messageCacheRetention: cacheMs, messageIdRetention: 3 * cacheMs };
const gossip = Gossip.spawn(endpoint, { config: { broadcast } });
const router = new Router(endpoint).accept(Gossip.ALPN, gossip).spawn();
let topic: GossipTopic | undefined;

/** Numbers of messages that were received and not yet reported. One line reports many. */
let received: number[] = [];

function note(event: GossipEvent): void {
  switch (event.type) {
    case 'received':
      received.push(new DataView(event.content.buffer, event.content.byteOffset, 4).getUint32(0));
      if (received.length === 1) globalThis.setTimeout(report, 20);
      return;
    case 'neighborUp':
      return void emit({ event: event.type, peer: event.peer, at: Date.now() });
    case 'neighborDown':
      return void emit({ event: event.type, peer: event.peer, reason: event.reason, at: Date.now() });
    case 'lagged':
      return void emit({ event: event.type, missed: event.missed, reason: event.reason });
  }
}

function report(): void {
  emit({ event: 'received', numbers: received, at: Date.now() });
  received = [];
}

function joined(): GossipTopic {
  if (!topic) throw new Error('not joined');
  return topic;
}

async function publish([first, count, size, pause]: readonly number[]): Promise<object> {
  for (let i = 0; i < (count ?? 1); i++) {
    const content = Buffer.alloc(size ?? 64, i & 255);
    content.writeUInt32BE((first ?? 0) + i);
    await joined().broadcast(content);
    if (pause) await setTimeout(pause);
  }
  return {};
}

/** The state that is kept for peers, and the heap after a collection (needs --expose-gc). */
async function stats(): Promise<object> {
  for (let i = 0; i < 5; i++) {
    globalThis.gc?.();
    await setTimeout(20);
  }
  const { peers, topics } = await gossip.snapshot();
  const views = topics.flatMap(({ activeView, passiveView, eagerPeers, lazyPeers, pendingNeighborRequests }) => [
    ...activeView,
    ...passiveView,
    ...eagerPeers,
    ...lazyPeers,
    ...pendingNeighborRequests,
  ]);
  const { connections, routes, halfOpen } = endpoint.stats();
  return {
    connections,
    routes,
    halfOpen,
    linked: peers.filter((peer) => peer.connections > 0).length,
    inViews: views.length,
    heap: process.memoryUsage().heapUsed,
  };
}

async function obey(verb: string, words: readonly string[]): Promise<object> {
  switch (verb) {
    case 'join': {
      const bootstrap = words.filter((word) => word !== '');
      topic = await gossip.subscribe(topicIdFrom('reliability'), { bootstrap, queueCapacity: 1_000_000 });
      void read(topic);
      return {};
    }
    case 'publish':
      return publish(words.map(Number));
    case 'flush':
      return joined().flush();
    case 'stats':
      return stats();
    case 'quit':
      await router.shutdown();
      return {};
    default:
      throw new Error(`unknown command ${JSON.stringify(verb)}`);
  }
}

async function read(events: GossipTopic): Promise<void> {
  for await (const event of events) note(event);
}

const [bound] = directAddrs(endpoint.addr());
emit({
  event: 'ready',
  endpoint: endpoint.id,
  ticket: formatTicket(endpoint.addr()),
  address: bound && formatSocketAddr(bound),
});
for await (const line of createInterface({ input: process.stdin })) {
  const [, id, verb = '', rest = ''] = /^(?:#(\d+) )?(\S+) ?(.*)$/.exec(line) ?? [];
  const about = { reply: verb, ...(id ? { id: Number(id) } : {}) };
  const answering = obey(verb, rest.split(' ')).then(
    (answer) => emit({ ...about, ...answer }),
    (error) => emit({ ...about, error: String(error) }),
  );
  if (verb !== 'publish') await answering;
}
await router.shutdown();
