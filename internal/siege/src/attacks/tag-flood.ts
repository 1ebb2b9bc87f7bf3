import { randomBytes } from 'node:crypto';
import { defaultHash, messageIdFromBytes } from '@grapevine/proto';
import type { Attack } from '../attack.js';
import { message, type RawMessage } from '../raw-peer.js';

type Tag = Extract<RawMessage, { readonly type: 'gossip' }>['tag'];

const LENGTH = 100;

/** Each payload on a tree of its own, so that the target has to remember trees. */
export const tagFlood: Attack = {
  name: 'tag-flood',
  what: 'a neighbor sends a thousand payloads a second, each on a tree of its own',
  standing: 'neighbor',
  // Payloads of a neighbor are what a node is for: they are delivered and passed on to three others, whatever that costs.
  limits: { cpuMsPerMegabyte: 2_000 },
  async run({ connect, topic, signal, pause }) {
    const peer = await connect();
    const stream = await peer.join(topic);
    for (let i = 0; !signal.aborted; i++) {
      const content = randomBytes(LENGTH).fill(0, 0, 8);
      const id = messageIdFromBytes(defaultHash(content));
      const tag = randomBytes(4).readUInt32BE() as Tag;
      const payload = message({ type: 'gossip', id, content, scope: { type: 'swarm', round: 1 }, tag });
      if (!(await peer.write(stream, payload))) return;
      if (i % 10 === 0) await pause(10);
    }
  },
};
