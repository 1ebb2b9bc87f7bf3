import { CertificateEndpoint } from '@grapevine/net/quic';
import { RPC_ALPN } from '@grapevine/rpc';
import type { Attack } from '../attack.js';
import { counting } from '../counted.js';
import { ATTACKER_HOST } from '../raw-peer.js';

const CONNECTIONS = 4;
const STREAMS = 200;
/** The length of an item of 16 MiB less one, as a varint, and a part of it. */
const BEGUN = Buffer.concat([Buffer.of(0xff, 0xff, 0xff, 0x07), Buffer.alloc(64_000)]);

/** Requests of remote control that are begun and not finished. */
export const rpcItems: Attack = {
  name: 'rpc-items',
  what: 'processes of the same machine that begin long requests of remote control',
  async run({ target, traffic, signal, pause }) {
    const one = async () => {
      await using endpoint = await CertificateEndpoint.bind({ address: `${ATTACKER_HOST}:0` });
      while (!signal.aborted) {
        const quic = await endpoint.connect(target.rpc, RPC_ALPN, { signal });
        traffic.strangers = CONNECTIONS;
        const count = counting(quic, traffic);
        try {
          for (let i = 0; i < STREAMS && !signal.aborted; i++) {
            const { send } = await quic.openBi();
            if (!send.write(BEGUN)) await Promise.race([send.drained, quic.closed]);
            count();
          }
          await Promise.race([quic.closed, pause(500)]);
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
