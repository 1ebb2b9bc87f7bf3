import { test } from 'vitest';
import { expectEachOnce, gather } from './mixed-swarm.js';
import type { PeerNode } from './peer-node.js';
import { useRustPeers } from './rust-peer.js';
import { useTsPeers } from './ts-peer.js';

// The same as in swarm.interop.test.ts with ten times as many messages.

const topic = '17'.repeat(32);
const rust = useRustPeers();
const ts = useTsPeers();

test('five Rust and five TypeScript nodes deliver 1,000 messages of mixed sizes from each to each exactly once', async () => {
  const quiet = { showUpTo: 0 };
  const pairs = Array.from({ length: 5 }, (): Promise<PeerNode>[] => [rust.node(quiet), ts.node(quiet)]);
  const all = await Promise.all(pairs.flat());
  await gather(topic, all);
  await expectEachOnce(topic, all, { count: 1_000, pauseMs: 40 });
});
