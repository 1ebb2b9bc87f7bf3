import { encodeAddrInfo } from '@grapevine/net';
import type { Attack } from '../attack.js';
import { inventedId, message } from '../raw-peer.js';

/** A neighbor that joins again and again, and introduces phantoms (X2, X11). */
export const repeatedWalks: Attack = {
  name: 'repeated-walks',
  what: 'a neighbor sends Joins and ForwardJoins of phantoms, to have them walk through the swarm',
  standing: 'neighbor',
  async run({ connect, topic, signal, pause }) {
    const peer = await connect();
    const stream = await peer.join(topic);
    const join = message({ type: 'join', data: undefined });
    const data = encodeAddrInfo([]);
    for (let i = 0; !signal.aborted; i++) {
      const walk = message({ type: 'forwardJoin', peer: { id: inventedId(i), data }, ttl: 6 });
      if (!(await peer.write(stream, i % 2 === 0 ? join : walk))) return;
      if (i % 20 === 0) await pause(10);
    }
  },
};
