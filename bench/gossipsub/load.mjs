// @ts-check
// libp2p nodes with gossipsub in one process, over TCP on loopback. The argument is a load, and whether payloads are signed.
import { answer, programOptions } from '../lib/program.mjs';
import { meter } from '../swarm/load.mjs';
import { links } from './links.mjs';
import { dial, portOf, startNode } from './node.mjs';

const TOPIC = 'swarm';

/** @type {import('../swarm/load.mjs').Load & { signed: boolean }} */
const load = programOptions();
const { receive, measure } = meter();
const swarm = await Promise.all(Array.from({ length: load.nodes }, () => startNode(load)));
for (const node of swarm) {
  node.services.pubsub.subscribe(TOPIC);
  node.services.pubsub.addEventListener('message', ({ detail }) => receive(detail.data));
}
for (const [a, b] of links(load.nodes)) {
  const [from, to] = [swarm[a], swarm[b]];
  if (from && to) await dial(from, portOf(to), to.peerId);
}

answer(
  await measure(
    {
      publish: async (content) => swarm[0]?.services.pubsub.publish(TOPIC, content),
      packets: () => Number.NaN, // the operating system makes TCP's packets
    },
    load,
  ),
);
