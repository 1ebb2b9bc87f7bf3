import { describe, test } from 'vitest';
import { endpointAddr } from '../../src/address/endpoint-addr.js';
import { transportCompliance } from '../../src/compliance/index.js';
import { type MemoryEndpoint, MemoryNetwork } from '../../src/memory/index.js';

/** Endpoints of one test share a network whose time-outs are those that the first of them asked for. */
function memoryTransport(latencyMs: number) {
  const networks = new Map<string, MemoryNetwork>();
  return {
    name: `memory with ${latencyMs} ms latency`,
    create: async ({ idleTimeoutMs = 30_000, handshakeTimeoutMs = 10_000, ...options }) => {
      const key = `${idleTimeoutMs} ${handshakeTimeoutMs}`;
      const network = networks.get(key) ?? new MemoryNetwork({ latencyMs, idleTimeoutMs, handshakeTimeoutMs });
      networks.set(key, network);
      const endpoint = network.endpoint(options);
      owners.set(endpoint, network);
      return endpoint;
    },
    deadAddr: async (id) => endpointAddr(id, { host: '10.255.255.255', port: 1 }),
    vanish: async (endpoint) => owners.get(endpoint as MemoryEndpoint)?.vanish(endpoint as MemoryEndpoint),
    hostile: { skip: 'there is no wire below this transport' },
    ipv6: { skip: 'there are no sockets below this transport' },
  } satisfies Parameters<typeof transportCompliance>[1];
}
const owners = new WeakMap<MemoryEndpoint, MemoryNetwork>();

const runner = {
  describe,
  test,
  skip(name: string, reason: string) {
    console.info(`skipped ${name}: ${reason}`); // the reporter would show neither
    test.skip(`${name}: ${reason}`);
  },
};
for (const latencyMs of [0, 2]) transportCompliance(runner, memoryTransport(latencyMs));
