import { randomBytes } from 'node:crypto';
import { messageIdFromBytes } from '@grapevine/proto';
import type { Attack } from '../attack.js';
import { message } from '../raw-peer.js';

/** Asks for payloads all the time (X10). */
export const repeatedGrafts: Attack = {
  name: 'repeated-grafts',
  what: 'a neighbor grafts ids, again and again',
  standing: 'neighbor',
  async run(field) {
    const peer = await field.connect();
    const stream = await peer.join(field.topic);
    const grafts = Buffer.concat(
      Array.from({ length: 100 }, () => message({ type: 'graft', id: messageIdFromBytes(randomBytes(32)), round: 0 })),
    );
    while (!field.signal.aborted) {
      if (!(await peer.write(stream, grafts))) return;
      await field.pause(10);
    }
  },
};
