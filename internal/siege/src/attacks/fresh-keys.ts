import { topicIdFrom } from '@grapevine/api';
import type { Attack } from '../attack.js';
import { message, type RawPeer } from '../raw-peer.js';

/** Peers that are kept at once. */
const KEPT = 64;

/** Takes all slots with fresh keys that talk about topics that the target is not in (X4). */
export const freshKeys: Attack = {
  name: 'fresh-keys',
  what: 'fresh keys with useless messages take all slots',
  async run(field) {
    const kept: RawPeer[] = [];
    while (!field.signal.aborted) {
      const peer = await field.connect().catch(() => undefined);
      if (!peer) continue;
      const stream = await peer.stream(topicIdFrom('nobody is here'));
      stream.write(message({ type: 'prune' }));
      kept.push(peer);
      if (kept.length > KEPT) await kept.shift()?.close();
      await field.pause(20);
    }
  },
};
