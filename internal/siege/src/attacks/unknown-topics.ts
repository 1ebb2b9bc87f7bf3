import { topicIdFrom } from '@grapevine/api';
import type { Attack } from '../attack.js';
import { inventedId, message } from '../raw-peer.js';

/** Long messages about a topic that the target is not in (X3). */
export const unknownTopics: Attack = {
  name: 'unknown-topics',
  what: 'lists in a topic that the target is not in',
  async run(field) {
    const peer = await field.connect();
    const stream = await peer.stream(topicIdFrom('nobody is here'));
    const nodes = Array.from({ length: 120 }, (_, i) => ({ id: inventedId(i), data: undefined }));
    const shuffle = message({ type: 'shuffle', origin: inventedId(1), nodes, ttl: 0 });
    for (let i = 0; !field.signal.aborted; i++) {
      if (!(await peer.write(stream, shuffle))) return;
      if (i % 25 === 0) await field.pause(20); // 5 MB/s
    }
  },
};
