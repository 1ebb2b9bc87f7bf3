import { describe, test } from 'vitest';
import { endpointAddr } from '../../src/address/endpoint-addr.js';
import { type EndpointRequest, transportCompliance } from '../../src/compliance/index.js';
import { MemoryNetwork } from '../../src/memory/index.js';

/** Endpoints of one test share a network whose time-outs are those that the first of them asked for. */
function memoryTransport(latencyMs: number) {
  const networks = new Map<string, MemoryNetwork>();
  const networkFor = ({ idleTimeoutMs = 30_000, handshakeTimeoutMs = 10_000 }: EndpointRequest) => {
    const key = `${idleTimeoutMs} ${handshakeTimeoutMs}`;
    const network = networks.get(key) ?? new MemoryNetwork({ latencyMs, idleTimeoutMs, handshakeTimeoutMs });
    networks.set(key, network);
    return network;
  };
  const create = async ({ secretKey, alpns, maxUniStreams, ...timeouts }: EndpointRequest) =>
    networkFor(timeouts).endpoint({
      ...(secretKey && { secretKey }),
      ...(alpns && { alpns }),
      ...(maxUniStreams && { maxUniStreams }),
    });
  return {
    name: `memory with ${latencyMs} ms latency`,
    create,
    deadAddr: async (id) => endpointAddr(id, { host: '10.255.255.255', port: 1 }),
    mortalDialer: async (request, to, alpn) => {
      const endpoint = await create(request);
      await endpoint.connect(to, alpn);
      return { vanish: async () => networkFor(request).vanish(endpoint), close: () => endpoint.close() };
    },
    dyingEndpoint: async (request) => {
      const endpoint = await create(request);
      return { endpoint, die: (error) => endpoint.fail(error) };
    },
    hostile: { skip: 'there is no wire below this transport' },
    ipv6: { skip: 'there are no sockets below this transport' },
  } satisfies Parameters<typeof transportCompliance>[1];
}

const runner = {
  describe,
  test,
  skip(name: string, reason: string) {
    console.info(`skipped ${name}: ${reason}`); // the reporter would show neither
    test.skip(`${name}: ${reason}`);
  },
};
for (const latencyMs of [0, 2]) transportCompliance(runner, memoryTransport(latencyMs));
