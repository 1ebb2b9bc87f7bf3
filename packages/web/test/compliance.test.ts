import { SecretKey } from '@grapevine/net';
import { faultySocket, transportCompliance } from '@grapevine/net/compliance';
import { describe, test } from 'vitest';
import { WebEndpoint, webTransportAddr } from '../src/index.js';
import { QuicDialer } from '../src/listener/index.js';
import { WebPair } from './support.js';

const runner = {
  describe,
  test,
  skip(name: string, reason: string) {
    console.info(`skipped ${name}: ${reason}`); // the reporter would show neither
    test.skip(`${name}: ${reason}`);
  },
};

transportCompliance(runner, {
  name: 'WebTransport on our own QUIC driver',
  create: (request) => WebPair.bind(request),
  deadAddr: async (id) => ({
    id,
    addrs: [webTransportAddr({ authority: '127.0.0.1:9', hashes: [new Uint8Array(32)] })],
  }),
  mortalDialer: async (request, to, alpn) => {
    const socket = faultySocket({ seed: 1 });
    const { alpns, secretKey = SecretKey.generate(), handshakeTimeoutMs, ...options } = request;
    const dialer = await QuicDialer.bind({ address: '127.0.0.1:0', ...options, socket: () => socket });
    await new WebEndpoint({ key: secretKey, dialer: dialer.dial }).connect(to, alpn);
    return { vanish: async () => socket.setFaults({ loss: 1 }), close: () => dialer.close() };
  },
  dyingEndpoint: { skip: 'a socket that dies is the QUIC transport’s own test' },
  hostile: { skip: 'attacks on HTTP/3 have tests of their own' },
  refusesHosts: true,
  ipv6: { skip: 'the QUIC transport tries it' },
});
