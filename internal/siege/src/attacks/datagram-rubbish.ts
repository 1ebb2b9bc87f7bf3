import { randomBytes } from 'node:crypto';
import type { Attack } from '../attack.js';
import { ATTACKER_HOST } from '../raw-peer.js';
import { UdpSender } from '../udp-sender.js';

/** Datagrams in a row, and the longest, in bytes. */
const BURST = 50;
const LONGEST = 1_200;

/** Datagrams that look like QUIC at first sight: random bytes behind first bytes of every kind. */
export const datagramRubbish: Attack = {
  name: 'datagram-rubbish',
  what: 'thousands of random datagrams a second',
  floor: 'socket',
  async run({ target, traffic, signal, pause }) {
    const sender = await UdpSender.bind(ATTACKER_HOST, target.socket, traffic);
    const noise = randomBytes(1 << 20);
    for (let i = 0; !signal.aborted; i++) {
      const at = (i * 7_919) % (noise.length - LONGEST);
      sender.send(noise.subarray(at, at + 1 + ((i * 31) % LONGEST)));
      if (i % BURST === 0) await pause(5); // ten thousand a second at most
    }
  },
};
