import { GOSSIP_ALPN, SecretKey } from '@grapevine/net';
import { type WebAddr, WebEndpoint, webTransportAddr } from '@grapevine/web';
import { QuicDialer } from '@grapevine/web/listener';
import type { Attack } from '../attack.js';
import { counting } from '../counted.js';
import { ATTACKER_HOST } from '../raw-peer.js';

/** Sessions that are kept at once. */
const KEPT = 64;

/** Whole WebTransport sessions with fresh keys, which then say nothing. */
export const webSessions: Attack = {
  name: 'web-sessions',
  what: 'WebTransport sessions with fresh keys, again and again',
  async run({ target, traffic, signal, pause }) {
    await using dialer = await QuicDialer.bind({ address: `${ATTACKER_HOST}:0` });
    const { addr, certificateHash } = target.web;
    const to: WebAddr = { authority: `${addr.host}:${addr.port}`, hashes: [certificateHash] };
    const kept: { close(): void }[] = [];
    while (!signal.aborted) {
      const endpoint = new WebEndpoint({ key: SecretKey.generate(), dialer: dialer.dial });
      const connection = await endpoint
        .connect({ id: target.node.id, addrs: [webTransportAddr(to)] }, GOSSIP_ALPN, { signal })
        .catch(() => undefined);
      if (connection) {
        const count = counting(connection, traffic);
        count();
        kept.push({
          close() {
            count();
            connection.close(0);
          },
        });
        traffic.strangers = Math.max(traffic.strangers, kept.length);
      }
      if (kept.length > KEPT) kept.shift()?.close();
      await pause(20);
    }
  },
};
