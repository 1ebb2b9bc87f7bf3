// @ts-check
// One node with gossipsub as a process, for ../swarm/processes.mjs: commands on stdin, an answer as a JSON line on stdout for each.
import { createInterface } from 'node:readline';
import { payload } from '../swarm/payload.mjs';
import { dial, portOf, startNode } from './node.mjs';

const TOPIC = 'swarm';
const node = await startNode({ signed: false });
let count = 0;
node.services.pubsub.addEventListener('message', () => count++);
const say = (/** @type {object} */ answer) => process.stdout.write(`${JSON.stringify(answer)}\n`);

say({ event: 'ready', ticket: `${portOf(node)}/${node.peerId}` });
for await (const line of createInterface({ input: process.stdin })) {
  const [verb, ...args] = line.split(' ');
  switch (verb) {
    case 'join':
      for (const ticket of args) {
        const [port, id] = ticket.split('/');
        await dial(node, Number(port), /** @type {any} */ (id));
      }
      node.services.pubsub.subscribe(TOPIC);
      say({ reply: verb });
      break;
    case 'publish': {
      const [messages = 0, bytes = 0, pauseMs = 0] = args.map(Number);
      void (async () => {
        for (let i = 0; i < messages; i++) {
          await node.services.pubsub.publish(TOPIC, payload(bytes));
          if (pauseMs > 0) await new Promise((resolve) => setTimeout(resolve, pauseMs));
        }
        say({ reply: verb });
      })();
      break;
    }
    case 'look': {
      const { user, system } = process.cpuUsage();
      const neighbors = node.services.pubsub.getMeshPeers(TOPIC).length;
      say({ reply: verb, count, cpuMs: (user + system) / 1000, packets: null, neighbors });
      break;
    }
  }
}
process.exit();
