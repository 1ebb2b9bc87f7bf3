import { Gossip } from '@grapevine/api';
import { MemoryNetwork } from '@grapevine/net/memory';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type RpcServer, serveRpc } from '../src/index.js';
import { probes } from './probes.js';
import { RawClient } from './raw-client.js';

// test/interop/rpc.interop.test.ts puts the same questions to the Rust server.

let gossip: Gossip;
let server: RpcServer;
let client: RawClient;
beforeEach(async () => {
  gossip = Gossip.spawn(new MemoryNetwork().endpoint());
  server = await serveRpc(gossip);
  client = await RawClient.connect(server);
});
afterEach(async () => {
  await client.close();
  await server.shutdown();
  await gossip.shutdown();
});

describe('our server', () => {
  test.each(probes)('$name', async ({ expected, kept, run }) => {
    expect(await run(client)).toEqual(expected);
    if (kept !== undefined) {
      const count = async () => (await gossip.snapshot()).topics[0]?.keptBroadcasts;
      await expect.poll(count).toBe(kept);
    }
    const other = await RawClient.connect(server); // nobody else is concerned
    await other.close();
  });
});
