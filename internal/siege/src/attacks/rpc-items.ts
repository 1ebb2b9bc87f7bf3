import { CertificateEndpoint } from '@grapevine/net/quic';
import { RPC_ALPN } from '@grapevine/rpc';
import type { Attack } from '../attack.js';
import { counting } from '../counted.js';
import { ATTACKER_HOST } from '../raw-peer.js';

const CONNECTIONS = 4;
const STREAMS = 200;
/** The length of an item of 16 MiB less one, as a varint, and a part of it. */
const LONGEST = Buffer.concat([Buffer.of(0xff, 0xff, 0xff, 0x07), Buffer.alloc(64_000)]);
/** A command of 36,000 bytes, as long as a node takes by default, but for the last of them. */
const UNFINISHED = Buffer.concat([Buffer.of(0xa0, 0x99, 0x02), Buffer.alloc(35_999)]);

/** Requests of remote control that are begun and not finished, and subscriptions with commands that are too long, or not finished. */
export const rpcItems: Attack = {
  name: 'rpc-items',
  what: 'processes of the same machine that begin long requests and commands of remote control',
  // A client of remote control is a process of this machine, or on its list of clients: 4 MiB of unfinished items for each connection, as much again for
  // the one that is being closed, and the streams.
  limits: { memoryPerStranger: 12_000_000 },
  async run({ target, topic, traffic, signal, pause }) {
    const join = Buffer.concat([Buffer.of(34, 0), Buffer.from(topic, 'hex'), Buffer.of(0)]);
    const kinds = [LONGEST, Buffer.concat([join, UNFINISHED]), Buffer.concat([join, LONGEST])];
    const one = async (first: number) => {
      await using endpoint = await CertificateEndpoint.bind({ address: `${ATTACKER_HOST}:0` });
      for (let kind = first; !signal.aborted; kind++) {
        const quic = await endpoint.connect(target.rpc, RPC_ALPN, { signal });
        traffic.strangers = CONNECTIONS;
        const count = counting(quic, traffic);
        try {
          for (let i = 0; i < STREAMS && !signal.aborted; i++) {
            const { send } = await quic.openBi();
            if (!send.write(kinds[kind % kinds.length] as Buffer)) await Promise.race([send.drained, quic.closed]);
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
    await Promise.all(Array.from({ length: CONNECTIONS }, (_, i) => one(i)));
  },
};
