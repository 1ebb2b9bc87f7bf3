import { describe, test } from 'vitest';
import { directAddrs, type EndpointAddr, endpointAddr } from '../../src/address/endpoint-addr.js';
import type { SocketAddr } from '../../src/address/socket-addr.js';
import { type EndpointRequest, transportCompliance } from '../../src/compliance/index.js';
import { type FaultySocket, faultySocket } from '../../src/quic/faulty-socket.js';
import { Endpoint } from '../../src/quic/index.js';
import { sendGarbage } from './garbage.js';
import { closeAll, udp } from './helpers.js';
import { rawConfig, rawDial, rsaCredentials } from './raw-peer.js';

/** An endpoint whose socket has no faults, until somebody sets them. */
const create = (request: EndpointRequest, address: string, socket: FaultySocket = faultySocket({ seed: 1 })) =>
  Endpoint.bind({ ...request, address, socket: () => socket });

const target = (to: EndpointAddr) => directAddrs(to)[0] as SocketAddr;

transportCompliance(
  { describe, test, skip: (name, reason) => test.skip(`${name}: ${reason}`) },
  {
    name: 'QUIC',
    create: (request) => create(request, '127.0.0.1:0'),
    deadAddr: async (id) => {
      const silent = await udp(); // bound, and answers nothing
      return endpointAddr(id, { host: '127.0.0.1', port: silent.address().port });
    },
    mortalDialer: async (request, to, alpn) => {
      const socket = faultySocket({ seed: 1 });
      const endpoint = await create(request, '127.0.0.1:0', socket);
      await endpoint.connect(to, alpn);
      return { vanish: async () => socket.setFaults({ loss: 1 }), close: () => endpoint.close() };
    },
    dyingEndpoint: async (request) => {
      const socket = faultySocket({ seed: 1 });
      return { endpoint: await create(request, '127.0.0.1:0', socket), die: (error) => socket.die(error) };
    },
    hostile: {
      withoutCertificate: async (to, alpn) =>
        void (await rawDial(rawConfig(undefined, alpn), target(to)).finally(closeAll)),
      withRsaCertificate: async (to, alpn) =>
        void (await rawDial(rawConfig(rsaCredentials(), alpn), target(to)).finally(closeAll)),
      garbage: (to, seed) => sendGarbage(target(to), seed),
    },
    refusesHosts: true,
    ipv6: { create: (request) => create(request, '[::1]:0') },
  },
);
