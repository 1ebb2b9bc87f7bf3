import { randomBytes } from 'node:crypto';
import { messageIdFromBytes } from '@grapevine/proto';
import type { Attack } from '../attack.js';
import { message } from '../raw-peer.js';

/** Announces payloads that nobody has, so that the target asks and waits for them. */
export const inventedAnnouncements: Attack = {
  name: 'invented-announcements',
  what: 'a neighbor announces 60 payloads in each message, and has none of them',
  standing: 'neighbor',
  async run({ connect, topic, signal, pause }) {
    while (!signal.aborted) {
      const peer = await connect();
      const stream = await peer.join(topic);
      for (let i = 0; !signal.aborted; i++) {
        const messages = Array.from({ length: 60 }, () => ({ id: messageIdFromBytes(randomBytes(32)), round: 1 }));
        if (!(await peer.write(stream, message({ type: 'ihave', messages })))) break;
        if (i % 5 === 0) await pause(20);
      }
      await peer.close();
    }
  },
};
