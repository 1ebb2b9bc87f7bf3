import { printable, stderr, stdout } from '@grapevine/cli-kit';
import { formatSocketAddr, type TransportAddr } from '@grapevine/net';
import { withNode } from '../remote/with-node.js';
import { read, room } from '../settings/values.js';
import type { Verb } from './verb.js';

export const neighbors: Verb = {
  summary: "list a node's neighbors in a topic",
  about: "Lists a node's direct neighbors in a topic, one a line: id, address, round-trip time.",
  usage: ['TOPIC'],
  settings: [],
  run: (call) =>
    withNode(call, async ({ remote }) => {
      const [name] = call.positionals as [string];
      const { topics, peers } = await remote.snapshot();
      const topic = topics.find(({ id }) => id === read(name, 'TOPIC', room).topic);
      if (!topic) throw new Error(`the node is not in the topic ${name} (grapevine join ${name})`);
      if (topic.activeView.length === 0) stderr().write(`the node has no neighbor in ${name}\n`);
      const out = stdout();
      for (const id of topic.activeView) {
        const peer = peers.find((candidate) => candidate.id === id);
        await out.line(`${id}  ${addressOf(peer?.remoteAddr)}  ${(peer?.rttMs ?? 0).toFixed(1)} ms`);
      }
    }),
};

function addressOf(addr: TransportAddr | undefined): string {
  switch (addr?.type) {
    case 'ip':
      return formatSocketAddr(addr.addr);
    case 'relay':
      return printable(addr.url);
    case 'custom':
      return `transport ${addr.transport}`;
    case undefined:
      return '-';
  }
}
