import { spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { directAddrs, type EndpointAddr, endpointAddr, formatSocketAddr, type SocketAddr } from '@grapevine/net';
import { type EndpointRequest, transportCompliance } from '@grapevine/net/compliance';
import { describe, test } from 'vitest';
import { sendGarbage } from '../../net/test/quic/garbage.js';
import { rawConfig, rawDial, rsaCredentials } from '../../net/test/quic/raw-peer.js';
import { IrohEndpoint } from '../src/index.js';

const create = (request: EndpointRequest, address: string) =>
  IrohEndpoint.bind({ ...request, preset: 'minimal', address });

const ipv4 = (to: EndpointAddr) => directAddrs(to).find(({ host }) => host === '127.0.0.1') as SocketAddr;

const runner = {
  describe,
  test,
  skip(name: string, reason: string) {
    console.info(`skipped ${name}: ${reason}`); // the reporter would show neither
    test.skip(`${name}: ${reason}`);
  },
};

transportCompliance(runner, {
  name: 'iroh',
  create: (request) => create(request, '127.0.0.1:0'),
  deadAddr: async (id) => {
    const silent = createSocket('udp4').bind(0, '127.0.0.1').unref(); // bound, and answers nothing
    await once(silent, 'listening');
    return endpointAddr(id, { host: '127.0.0.1', port: silent.address().port });
  },
  // iroh avoids a path that loses everything. A stopped process is silent on all paths.
  mortalDialer: async (_, to, alpn) => {
    const script = fileURLToPath(new URL('mortal-dialer.mjs', import.meta.url));
    const addresses = directAddrs(to).map(formatSocketAddr);
    const child = spawn(process.execPath, [script, alpn, to.id, ...addresses], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(child.stdout, 'data');
    return {
      vanish: async () => void child.kill('SIGSTOP'),
      close: async () => {
        const gone = once(child, 'exit');
        child.kill('SIGKILL');
        await gone;
      },
    };
  },
  shortestIdleTimeoutMs: 7_000,
  dyingEndpoint: { skip: 'iroh replaces the sockets that die under it by itself' },
  hostile: {
    withoutCertificate: async (to, alpn) => void (await rawDial(rawConfig(undefined, alpn), ipv4(to))),
    withRsaCertificate: async (to, alpn) => void (await rawDial(rawConfig(rsaCredentials(), alpn), ipv4(to))),
    garbage: (to, seed) => sendGarbage(ipv4(to), seed),
  },
  ipv6: { create: (request) => create(request, '[::1]:0') },
});
