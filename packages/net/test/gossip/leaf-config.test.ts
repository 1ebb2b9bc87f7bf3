import { resolveConfig } from '@grapevine/proto';
import { expect, test } from 'vitest';
import { leafConfig } from '../../src/gossip/leaf-config.js';

test('a leaf keeps three hubs, and takes one back soon that was of no use', () => {
  const { membership, hardened, broadcast } = resolveConfig(leafConfig({}));
  expect(membership.activeViewCapacity).toBe(3);
  expect(hardened.evictionWindow).toBe(3_000);
  expect(broadcast).toEqual(resolveConfig().broadcast);
});

test('what the application says counts', () => {
  const config = leafConfig({
    maxMessageSize: 1024,
    membership: { activeViewCapacity: 2, passiveViewCapacity: undefined },
  });
  expect(resolveConfig(config)).toMatchObject({
    maxMessageSize: 1024,
    membership: { activeViewCapacity: 2, passiveViewCapacity: 30 },
  });
});
