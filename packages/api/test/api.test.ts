import { Router } from '@grapevine/net';
import { describe, expect, test } from 'vitest';
import { Gossip, topicIdFrom } from '../src/index.js';
import { apiSuite } from './api-suite.js';
import { conveniencesSuite } from './conveniences-suite.js';
import { readingSuite } from './reading-suite.js';
import type { ServiceUnderTest } from './service-under-test.js';

const service: ServiceUnderTest = {
  name: 'a node in this process',
  isRemote: false,
  async start(network) {
    const endpoint = network.endpoint();
    const gossip = Gossip.spawn(endpoint, { dialBackoffMinMs: 20 });
    const router = new Router(endpoint).accept(gossip.alpn, gossip).spawn();
    return { endpoint, gossip, close: () => router.shutdown() };
  },
};

apiSuite(service);
readingSuite(service);
conveniencesSuite(service);

describe('topicIdFrom', () => {
  test('a name is hashed with BLAKE3, 64 hex digits are taken as they are', () => {
    expect(topicIdFrom('hi')).toBe('85052e9aab1b67b6622d94a08441b09fd5b7aca61ee360416d70de5da67d86ca');
    expect(topicIdFrom('AB'.repeat(32))).toBe('ab'.repeat(32));
    expect(topicIdFrom('')).toHaveLength(64);
  });

  test('a ticket is no name, and a name may begin like one', () => {
    const letters = 'a'.repeat(60);
    expect(() => topicIdFrom(` endpoint${letters}\n`)).toThrow('a topic, got an endpoint ticket');
    expect(() => topicIdFrom(`ROOM${letters}`)).toThrow('a topic, got a room ticket');
    expect(() => topicIdFrom(`blob${letters}`)).toThrow('a topic, got a blob ticket');
    for (const name of ['rooms', 'documentation', `room of ${letters}`, `room-${letters}`]) {
      expect(topicIdFrom(name)).toHaveLength(64);
    }
  });
});
