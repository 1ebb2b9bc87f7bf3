import { randomBytes } from 'node:crypto';
import { defaultHash, messageIdFromBytes } from '@grapevine/proto';
import type { Attack } from '../attack.js';
import { message } from '../raw-peer.js';

/** The target's application rejects what begins like this, after two milliseconds. */
const REJECTED = 0xee;
const LENGTH = 1_000;

/** Keeps the application busy with messages that it rejects; whoever is shut out comes again with another key. */
export const rejectedPayloads: Attack = {
  name: 'rejected-payloads',
  what: 'messages that the application takes its time for, and rejects',
  standing: 'neighbor',
  async run({ connect, topic, signal, pause }) {
    while (!signal.aborted) {
      const peer = await connect().catch(() => undefined);
      if (!peer) continue;
      const stream = await peer.join(topic);
      for (let i = 0; !signal.aborted; i++) {
        const content = randomBytes(LENGTH).fill(REJECTED, 0, 1);
        const id = messageIdFromBytes(defaultHash(content));
        if (!(await peer.write(stream, message({ type: 'gossip', id, content, scope: { type: 'swarm', round: 1 } }))))
          break;
        if (i % 10 === 0) await pause(10);
      }
      await peer.close();
    }
  },
};
