// @ts-check
// `node swarm.mjs NODES PER_SECOND SECONDS`: libp2p nodes with gossipsub over TCP, through a proxy that delays. Prints a list with its figures as JSON.
//
// To be fair, a node has the same delay for all that it sends, and five connections, as ours has neighbors; among them gossipsub chooses
// its mesh by its own defaults. Payloads have no signatures, because ours have none. The proxy is a process of its own, so its CPU does
// not count, while the timers that delay our datagrams do. TCP's acknowledgements are not delayed.
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { delays, meter } from '../l1/load.mjs';
import { links } from './links.mjs';
import { dial, portOf, startNode } from './node.mjs';

const [nodes = 20, perSecond = 10, seconds = 10] = process.argv.slice(2).map(Number);
const TOPIC = 'L1';

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
    const node = await startNode({ signed: false });
    node.services.pubsub.subscribe(TOPIC);
    node.services.pubsub.addEventListener('message', ({ detail }) => receive(detail.data));
    return node;
  }),
);

for (const [a, b] of links(nodes)) {
  const [from, to] = [swarm[a], swarm[b]];
  if (!from || !to) continue;
  const port = await ask({ to: portOf(to), there: delay[a] ?? 0, back: delay[b] ?? 0 });
  await dial(from, port, to.peerId);
}

const figures = await measure(
  {
    publish: async (node, content) => swarm[node]?.services.pubsub.publish(TOPIC, content),
    packets: () => ask({}),
    close: async () => {},
  },
  { nodes, perSecond, seconds },
);
process.stdout.write(`${JSON.stringify([figures])}\n`, () => process.exit());
