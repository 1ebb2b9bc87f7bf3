// @ts-check
// `node swarm.mjs NODES PER_SECOND SECONDS`: libp2p nodes with gossipsub over TCP, through a proxy that delays. Prints figures as JSON.
//
// What is fair: the same delays for everything that a node sends, as many connections for each node as ours has neighbors (five; among
// those gossipsub chooses its mesh by itself, with its own defaults), no signatures, since ours makes none for a payload. The proxy
// is a process of its own, so its CPU does not count; the timers that delay our datagrams do. TCP's own acknowledgements are not delayed.
import './with-resolvers.mjs';
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { gossipsub } from '@libp2p/gossipsub';
import { identify } from '@libp2p/identify';
import { noise } from '@libp2p/noise';
import { tcp } from '@libp2p/tcp';
import { yamux } from '@libp2p/yamux';
import { multiaddr } from '@multiformats/multiaddr';
import { createLibp2p } from 'libp2p';
import { delays, generator, meter } from '../l1/load.mjs';

const [nodes = 20, perSecond = 10, seconds = 10] = process.argv.slice(2).map(Number);
const TOPIC = 'L1';
const CONNECTIONS = 5;

const proxy = fork(fileURLToPath(new URL('./delay-proxy.mjs', import.meta.url)));
/** @type {Map<number, (value: number) => void>} */
const answers = new Map();
let questions = 0;
proxy.on('message', (/** @type {{ id: number, value: number }} */ { id, value }) => answers.get(id)?.(value));
/** @param {{ to?: number, there?: number, back?: number }} question @returns {Promise<number>} */
function ask(question) {
  return new Promise((resolve) => {
    const id = questions++;
    answers.set(id, resolve);
    proxy.send({ id, ...question });
  });
}

const { receive, measure } = meter();
const delay = delays(nodes);
const swarm = await Promise.all(
  delay.map(async () => {
    const node = await createLibp2p({
      addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] },
      transports: [tcp()],
      connectionEncrypters: [noise()],
      streamMuxers: [yamux()],
      services: {
        identify: identify(),
        pubsub: gossipsub({ globalSignaturePolicy: 'StrictNoSign', allowPublishToZeroTopicPeers: true }),
      },
    });
    node.services.pubsub.subscribe(TOPIC);
    node.services.pubsub.addEventListener('message', ({ detail }) => receive(detail.data));
    return node;
  }),
);

for (const [a, b] of links(nodes)) {
  const port = Number(/\/tcp\/(\d+)/.exec(String(swarm[b]?.getMultiaddrs()[0]))?.[1]);
  const through = await ask({ to: port, there: delay[a] ?? 0, back: delay[b] ?? 0 });
  await swarm[a]?.dial(multiaddr(`/ip4/127.0.0.1/tcp/${through}/p2p/${swarm[b]?.peerId}`));
}

const figures = await measure(
  {
    publish: async (node, content) => swarm[node]?.services.pubsub.publish(TOPIC, content),
    packets: () => ask({}),
    close: async () => {},
  },
  { nodes, perSecond, seconds },
);
process.stdout.write(`${JSON.stringify(figures)}\n`, () => process.exit());

/**
 * A ring, so that everybody is reached, and random links between those that have the fewest, until each has five.
 * @param {number} count @returns {[number, number][]}
 */
function links(count) {
  const random = generator(99);
  /** @type {Set<number>[]} */
  const neighbors = Array.from({ length: count }, () => new Set());
  /** @type {[number, number][]} */
  const all = [];
  const link = (/** @type {number} */ a, /** @type {number} */ b) => {
    neighbors[a]?.add(b);
    neighbors[b]?.add(a);
    all.push([a, b]);
  };
  const degree = (/** @type {number} */ node) => neighbors[node]?.size ?? 0;
  for (let node = 0; node < count; node++) link(node, (node + 1) % count);
  for (;;) {
    const pairs = Array.from(
      { length: count * count },
      (_, i) => /** @type {[number, number]} */ ([i % count, Math.floor(i / count)]),
    )
      .filter(([a, b]) => a < b && !neighbors[a]?.has(b) && degree(a) < CONNECTIONS && degree(b) < CONNECTIONS)
      .map((pair) => ({ pair, order: degree(pair[0]) + degree(pair[1]) + random() }))
      .sort((x, y) => x.order - y.order);
    const [next] = pairs;
    if (next === undefined) return all;
    link(...next.pair);
  }
}
