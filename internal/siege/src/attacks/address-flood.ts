import { encodeAddrInfo, type TransportAddr } from '@grapevine/net';
import type { Attack } from '../attack.js';
import { inventedId, message } from '../raw-peer.js';

/** Wants the address book full of inventions, and time for reading them (X3, X7). */
export const addressFlood: Attack = {
  name: 'address-flood',
  what: 'lists of peers with many addresses each',
  standing: 'neighbor',
  async run(field) {
    const peer = await field.connect();
    const stream = await peer.join(field.topic);
    for (let i = 0; !field.signal.aborted; i++) {
      const nodes = Array.from({ length: 12 }, (_, j) => ({
        id: inventedId(12 * i + j),
        data: encodeAddrInfo(addrs(12 * i + j)),
      }));
      if (!(await peer.write(stream, message({ type: 'shuffleReply', nodes })))) return;
      if (i % 5 === 0) await field.pause(20);
    }
  },
};

function addrs(seed: number): TransportAddr[] {
  return Array.from({ length: 16 }, (_, i) => ({
    type: 'ip',
    addr: { host: `2001:db8:${(seed & 0xffff).toString(16)}::${(i + 1).toString(16)}`, port: 1_000 + i },
  }));
}
