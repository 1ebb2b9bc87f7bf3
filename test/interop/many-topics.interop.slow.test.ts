import { setTimeout } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { useRustPeers } from './rust-peer.js';
import { useTsPeers } from './ts-peer.js';

// A Rust node allows a peer 100 streams at once, one for each topic, and does not take them in turn.

const TOPICS = 110;
const STREAMS = 100;
/** Three times as long as it took until every topic was lost. */
const WATCH_MS = 30_000;

const rust = useRustPeers();
const ts = useTsPeers();
const topic = (i: number) => i.toString(16).padStart(64, '0');

test('110 topics with one Rust peer: 100 come up, stay up and deliver both ways; the others do not flap', async () => {
  const [host, guest] = await Promise.all([rust.node(), ts.node()]);
  const topics = Array.from({ length: TOPICS }, (_, i) => topic(i + 1));
  for (const id of topics) await host.join(id);
  for (const id of topics) await guest.join(id, host.ticket);
  // The peer sets the limit of streams, and a few may be used for other things than topics.
  const up = () => topics.filter((id) => guest.topic(id).neighbors.size > 0 && host.topic(id).neighbors.size > 0);
  await expect.poll(() => up().length, { timeout: 30_000 }).toBeGreaterThanOrEqual(STREAMS - 5);

  const before = up();
  await setTimeout(WATCH_MS);
  for (const id of before) {
    expect({ id, downs: guest.topic(id).downs, rust: host.topic(id).downs }).toEqual({ id, downs: 0, rust: 0 });
    await guest.broadcast(id, `ours in ${id}`);
    await host.broadcast(id, `Rust in ${id}`);
  }
  for (const id of before) {
    await host.untilContent(id, `ours in ${id}`);
    await guest.untilContent(id, `Rust in ${id}`);
  }
  // A topic that gets no stream loses its neighbor at most once.
  for (const id of topics) expect(guest.topic(id).downs).toBeLessThanOrEqual(1);
  console.log(`L8: ${before.length} of ${TOPICS} topics with a Rust peer stayed up for ${WATCH_MS / 1_000} s`);
});
