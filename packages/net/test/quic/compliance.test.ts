import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { describe, test } from 'vitest';
import { directAddrs, type EndpointAddr, endpointAddr } from '../../src/address/endpoint-addr.js';
import type { SocketAddr } from '../../src/address/socket-addr.js';
import { type EndpointRequest, transportCompliance } from '../../src/compliance/index.js';
import { pattern } from '../../src/compliance/support.js';
import { type FaultySocket, faultySocket } from '../../src/quic/faulty-socket.js';
import { Endpoint } from '../../src/quic/index.js';
import { closeAll, udp } from './helpers.js';
import { rawConfig, rawDial, rsaCredentials } from './raw-peer.js';

const sockets = new WeakMap<object, FaultySocket>();

async function create(request: EndpointRequest, address: string): Promise<Endpoint> {
  const socket = faultySocket({ seed: 1 }); // without faults, until the endpoint vanishes
  const endpoint = await Endpoint.bind({ ...request, address, socket: () => socket });
  sockets.set(endpoint, socket);
  return endpoint;
}

const target = (to: EndpointAddr) => directAddrs(to)[0] as SocketAddr;

/** Random bytes, and the beginnings of QUIC packets followed by random bytes. */
async function garbage(to: EndpointAddr, seed: number): Promise<void> {
  const socket = createSocket('udp4');
  const { host, port } = target(to);
  socket.connect(port, host);
  await once(socket, 'connect');
  for (let i = 0; i < 500; i++) {
    const bytes = Buffer.from(pattern(1 + ((i * 37) % 1400), seed + i));
    if (i % 3 === 1) bytes[0] = 0xc0 | (i & 0x3f); // a long header
    if (i % 3 === 1 && bytes.length > 5) bytes.writeUInt32BE(1, 1); // of version 1
    if (i % 3 === 2) bytes[0] = 0x40 | (i & 0x3f); // a short header
    await new Promise<void>((resolve) => socket.send(bytes, () => resolve()));
  }
  socket.close();
}

transportCompliance(
  { describe, test, skip: (name, reason) => test.skip(`${name}: ${reason}`) },
  {
    name: 'QUIC',
    create: (request) => create(request, '127.0.0.1:0'),
    deadAddr: async (id) => {
      const silent = await udp(); // bound, and answers nothing
      return endpointAddr(id, { host: '127.0.0.1', port: silent.address().port });
    },
    vanish: async (endpoint) => sockets.get(endpoint)?.setFaults({ loss: 1 }),
    hostile: {
      withoutCertificate: async (to, alpn) =>
        void (await rawDial(rawConfig(undefined, alpn), target(to)).finally(closeAll)),
      withRsaCertificate: async (to, alpn) =>
        void (await rawDial(rawConfig(rsaCredentials(), alpn), target(to)).finally(closeAll)),
      garbage,
    },
    ipv6: { create: (request) => create(request, '[::1]:0') },
  },
);
