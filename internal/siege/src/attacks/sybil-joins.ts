import type { Attack } from '../attack.js';
import type { RawPeer } from '../raw-peer.js';

/** Peers that are kept at once. */
const KEPT = 24;

/** Takes the active view with fresh identities from one host (X6). */
export const sybilJoins: Attack = {
  name: 'sybil-joins',
  what: 'fresh keys of one host join again and again',
  standing: 'neighbor',
  async run(field) {
    const kept: RawPeer[] = [];
    while (!field.signal.aborted) {
      const peer = await field.connect().catch(() => undefined);
      if (!peer) continue;
      await peer.join(field.topic);
      kept.push(peer);
      if (kept.length > KEPT) await kept.shift()?.close();
      await field.pause(20);
    }
  },
};
