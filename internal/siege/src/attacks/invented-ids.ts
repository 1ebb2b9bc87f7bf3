import { randomBytes } from 'node:crypto';
import type { EndpointId } from '@grapevine/net';
import type { Attack } from '../attack.js';
import { message } from '../raw-peer.js';

/** Lists of 120 ids that nobody has seen (X3). */
export const inventedIds: Attack = {
  name: 'invented-ids',
  what: 'shuffles that list 120 invented ids each',
  standing: 'neighbor',
  async run(field) {
    const peer = await field.connect();
    const stream = await peer.stream(field.topic);
    const id = () => randomBytes(32).toString('hex') as EndpointId;
    stream.write(message({ type: 'join', data: undefined }));
    for (let i = 0; !field.signal.aborted; i++) {
      const nodes = Array.from({ length: 120 }, () => ({ id: id(), data: undefined }));
      if (!(await peer.write(stream, message({ type: 'shuffle', origin: id(), nodes, ttl: i % 7 })))) return;
      if (i % 5 === 0) await field.pause(20); // 1 MB/s
    }
  },
};
