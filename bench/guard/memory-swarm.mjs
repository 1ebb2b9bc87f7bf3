// @ts-check
// Ten nodes on a network in memory, in virtual time: what the gossip actor does for each delivery. Prints counts as JSON.
//
// Run it with the flags of guard.mjs: without compilers and with a young generation that holds everything, allocations are exact.
import { Gossip, topicIdFrom } from '@grapevine/api';
import { Router, SecretKey } from '@grapevine/net';
import { MemoryNetwork } from '@grapevine/net/memory';
import { seededRng } from '@grapevine/proto';
import { answer } from '../lib/program.mjs';
import { VirtualClock } from './virtual-clock.mjs';

const NODES = 10;
const BYTES = 1024;
const PAUSE_MS = 10;
const WARM_UP = 200;
const MESSAGES = 300;

const clock = new VirtualClock();
let packets = 0;
let bytes = 0;
const network = new MemoryNetwork({
  latencyMs: 1,
  clock,
  random: () => 0.5,
  onPacket: (_from, _to, packet) => {
    packets++;
    if (packet.type === 'data') bytes += packet.bytes.length;
  },
});
/** @type {Awaited<ReturnType<Gossip['subscribe']>>[]} */
const topics = [];
/** @type {import('@grapevine/net').EndpointAddr | undefined} */
let first;
let delivered = 0;
for (let i = 0; i < NODES; i++) {
  const seed = new Uint8Array(32).fill(i + 1);
  const endpoint = network.endpoint({ secretKey: SecretKey.fromBytes(seed) });
  const gossip = Gossip.spawn(endpoint, {
    clock,
    rng: seededRng(seed),
    random: () => 0.5,
    randomBytes: (length) => new Uint8Array(length).fill(i + 1),
  });
  new Router(endpoint).accept(Gossip.ALPN, gossip).spawn();
  const topic = await gossip.subscribe(topicIdFrom('guard'), {
    bootstrap: first ? [first] : [],
    queueCapacity: 10_000,
  });
  first ??= endpoint.addr();
  topics.push(topic);
  void (async () => {
    for await (const event of topic) if (event.type === 'received') delivered++;
  })();
  await clock.advance(50);
}
await clock.advance(5_000);

/** Made beforehand, so that their allocation does not count. */
const payloads = Array.from({ length: WARM_UP + MESSAGES }, (_, number) => {
  const content = new Uint8Array(BYTES);
  new DataView(content.buffer).setUint32(0, number);
  return content;
});
/** @param {number} from @param {number} to */
async function publish(from, to) {
  for (const content of payloads.slice(from, to)) {
    await topics[0]?.broadcast(content);
    await clock.advance(PAUSE_MS);
  }
}
const look = () => ({ packets, bytes, delivered, ...clock.counts, heap: process.memoryUsage().heapUsed });

await publish(0, WARM_UP);
globalThis.gc?.();
const before = look();
await publish(WARM_UP, WARM_UP + MESSAGES);
const after = look();
const deliveries = after.delivered - before.delivered;
const each = (/** @type {keyof typeof after} */ what) => (after[what] - before[what]) / deliveries;
answer({
  'actor: deliveries missing': MESSAGES * (NODES - 1) - deliveries,
  'actor: packets': each('packets'),
  'actor: bytes': each('bytes'),
  'actor: timers set': each('timers'),
  'actor: timers fired': each('fired'),
  'actor: batches': each('batches'),
  'actor: bytes of heap': each('heap'),
});
