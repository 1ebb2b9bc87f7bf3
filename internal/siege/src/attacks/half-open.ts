import { randomBytes } from 'node:crypto';
import { GOSSIP_ALPN } from '@grapevine/net';
import type { Attack } from '../attack.js';
import { ATTACKER_HOST } from '../raw-peer.js';
import { UdpSender } from '../udp-sender.js';

/** As many as a target keeps, from as many hosts as that takes. */
const CLIENTS = 1_000;
const HOSTS = [ATTACKER_HOST, '127.0.0.11', '127.0.0.12', '127.0.0.13', '127.0.0.14'];

/** Handshakes that are begun, with a token where one is asked for, and not finished (X8). */
export const halfOpen: Attack = {
  name: 'half-open',
  what: 'a thousand handshakes from five hosts, none of them finished',
  limits: { memoryPerStranger: 64_000 },
  async run({ kit, target, traffic, signal, pause }) {
    const hellos = kit.hellos(CLIENTS, GOSSIP_ALPN);
    const waiting = [...hellos];
    const senders = await Promise.all(
      HOSTS.map(async (host) => {
        // A retry tells which client it is for by the id that the client calls itself by.
        const sender = await UdpSender.bind(host, target.socket, traffic, (datagram) => {
          const retry = kit.readRetry(Buffer.from(datagram));
          const hello =
            retry && hellos.find(({ scid }) => Buffer.compare(datagram.subarray(6, 6 + scid.length), scid) === 0);
          if (hello) sender.send(kit.helloDatagram(hello, { dcid: retry.cid, token: retry.token }));
        });
        return sender;
      }),
    );
    for (let i = 0; !signal.aborted; i++) {
      const hello = waiting[i % waiting.length];
      const sender = senders[i % senders.length];
      if (hello) sender?.send(kit.helloDatagram(hello, { dcid: randomBytes(16) }));
      traffic.strangers = Math.min(CLIENTS, i);
      if (i % 10 === 0) await pause(10); // a thousand a second
    }
  },
};
