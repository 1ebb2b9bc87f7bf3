import type { Attack } from '../attack.js';
import { message } from '../raw-peer.js';

/** The cheapest message by the hundred thousand, from a neighbor (X3). */
export const pruneFlood: Attack = {
  name: 'prune-flood',
  what: 'a neighbor sends nothing but prunes',
  standing: 'neighbor',
  async run(field) {
    const peer = await field.connect();
    const stream = await peer.join(field.topic);
    const prunes = Buffer.concat(Array.from({ length: 2_000 }, () => message({ type: 'prune' })));
    while (!field.signal.aborted) {
      if (!(await peer.write(stream, prunes))) return;
      await field.pause(10);
    }
  },
};
