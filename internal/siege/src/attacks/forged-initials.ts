import { randomBytes } from 'node:crypto';
import type { Attack } from '../attack.js';
import { ATTACKER_HOST } from '../raw-peer.js';
import { UdpSender } from '../udp-sender.js';

/** Where the destination id stands in an Initial, and how long ours is. */
const DCID_AT = 6;
const DCID_LENGTH = 16;

/** First packets that were made with other keys (X8). */
export const forgedInitials: Attack = {
  name: 'forged-initials',
  what: 'first packets of handshakes, none of them genuine',
  floor: 'socket',
  async run({ kit, target, traffic, signal, pause }) {
    const sender = await UdpSender.bind(ATTACKER_HOST, target.socket, traffic);
    const datagram = Buffer.from(kit.emptyInitial());
    for (let i = 0; !signal.aborted; i++) {
      randomBytes(DCID_LENGTH).copy(datagram, DCID_AT);
      sender.send(Buffer.from(datagram));
      if (i % 25 === 0) await pause(5);
    }
  },
};
