import { randomBytes } from 'node:crypto';
import type { TopicId } from '@grapevine/api';
import type { Attack } from '../attack.js';
import { message } from '../raw-peer.js';

/** One message in each of a thousand topics a second, none of which the target is in. */
export const manyTopics: Attack = {
  name: 'many-topics',
  what: 'one request to be neighbors in each of thousands of topics',
  async run({ connect, signal, pause }) {
    while (!signal.aborted) {
      const peer = await connect();
      try {
        const request = message({ type: 'neighbor', priority: 'high', data: undefined });
        for (let i = 0; !signal.aborted; i++) {
          const stream = await peer.stream(randomBytes(32).toString('hex') as TopicId);
          stream.write(request);
          stream.finish();
          if (i % 20 === 0) await pause(20);
        }
      } catch {
        // closed: again, with another key
      }
      await peer.close();
    }
  },
};
