// @ts-check
// One node with gossipsub as a process, for ../swarm/processes.mjs.
import { obey } from '../swarm/commands.mjs';
import { payload } from '../swarm/payload.mjs';
import { dial, portOf, startNode } from './node.mjs';

const TOPIC = 'swarm';
const node = await startNode({ signed: false });
let count = 0;
node.services.pubsub.addEventListener('message', () => count++);

await obey(`${portOf(node)}/${node.peerId}`, {
  join: async (tickets) => {
    for (const ticket of tickets) {
      const [port, id] = ticket.split('/');
      await dial(node, Number(port), /** @type {any} */ (id));
    }
    node.services.pubsub.subscribe(TOPIC);
  },
  send: async (messages, bytes, pauseMs) => {
    for (let i = 0; i < messages; i++) {
      await node.services.pubsub.publish(TOPIC, payload(bytes));
      if (pauseMs > 0) await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  },
  look: () => ({ count, packets: null, neighbors: node.services.pubsub.getMeshPeers(TOPIC).length }),
});
