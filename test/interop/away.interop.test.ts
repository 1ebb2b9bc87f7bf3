import { expect, test } from 'vitest';
import type { PeerNode } from './peer-node.js';
import { useRustPeers } from './rust-peer.js';
import { payload } from './tally.js';
import { useTsPeers } from './ts-peer.js';

// A Rust node hands over nothing to a new neighbor. So a member of ours with no other neighbors loses what is said while it has none: in silence where
// that is a moment, and with a word to its subscribers (`lagged`) otherwise. docs/reliability.md, "What is not promised".

const topic = '17'.repeat(32);
const rust = useRustPeers();
const ts = useTsPeers();

const PAUSE_MS = 20;
/** For so long a member of ours may lack a neighbor before it tells its subscribers. */
const SILENT_MS = 2_000;
const SIZE = 32;

/** Three Rust nodes, and one of ours with a place for one neighbor, which knows all of them. */
async function gather() {
  const [speaker, ...others] = await Promise.all([1, 2, 3].map(() => rust.node({ shuffleMs: 1_000 })));
  const ours = await ts.node({ activeView: 1, shuffleMs: 1_000, idleTimeoutMs: 7_000 });
  if (!speaker) throw new Error('there are three');
  await speaker.join(topic);
  for (const other of others) await other.join(topic, speaker.ticket);
  await Promise.all(others.map((other) => other.untilNeighbors(topic, speaker.id)));
  await ours.join(topic, ...others.map(({ ticket }) => ticket));
  await ours.untilNeighbors(topic);
  await ours.untilSettled(topic, 3_000);
  const [id] = ours.topic(topic).neighbors;
  const neighbor = [speaker, ...others].find((node) => node.id === id);
  if (!neighbor) throw new Error('its neighbor is a Rust node');
  return { ours, neighbor, speaker: neighbor === speaker ? (others[0] as PeerNode) : speaker };
}

/** Somebody speaks while the neighbor goes. @returns what is missing at our node, as runs of numbers */
async function missing(
  { ours, speaker }: { ours: PeerNode; speaker: PeerNode },
  count: number,
  go: () => Promise<void>,
) {
  const speaking = speaker.broadcastMany(topic, { count, seed: 1, sizes: [SIZE], pauseMs: PAUSE_MS });
  const hashes = Array.from({ length: count }, (_, i) => Buffer.from(payload(1, i, SIZE)).toString('hex'));
  const heard = () => new Set(ours.topic(topic).received.map(({ content }) => content?.toString('hex')));
  await ours.process.until('the first messages', () => heard().size > 20);
  await go();
  await speaking;
  await ours.process.until('the last message', () => heard().has(hashes.at(-1) as string), 40_000);
  await ours.untilSettled(topic);
  const got = heard();
  return hashes.flatMap((hash, i) => (got.has(hash) ? [] : [i]));
}

test('a Rust neighbor leaves, and another takes its place: what is lost in silence was said within two seconds', async () => {
  const swarm = await gather();
  const lost = await missing(swarm, 500, () => swarm.neighbor.quit());
  const { lagged, ups } = swarm.ours.topic(topic);
  console.info(
    `lost while another Rust neighbor was looked for: ${lost.length} messages of ${1_000 / PAUSE_MS} a second`,
  );
  expect(ups).toBeGreaterThan(1);
  if (lagged > 0) return;
  const [first = 0] = lost;
  // Rust timers and this machine are not exact.
  expect((lost.at(-1) ?? 0) - first).toBeLessThanOrEqual((1.5 * SILENT_MS) / PAUSE_MS);
});

test('a Rust neighbor is killed: subscribers are told once that messages may be lost', async () => {
  const swarm = await gather();
  const lost = await missing(swarm, 1_000, () => swarm.neighbor.process.kill());
  const { lagged } = swarm.ours.topic(topic);
  console.info(`lost until another Rust neighbor was there: ${lost.length} messages of ${1_000 / PAUSE_MS} a second`);
  expect(lost.length).toBeGreaterThan(0);
  await swarm.ours.process.until('word of it', () => swarm.ours.topic(topic).lagged > 0);
  expect(swarm.ours.topic(topic).lagged).toBe(1);
  expect(lagged).toBeLessThanOrEqual(1);
});
