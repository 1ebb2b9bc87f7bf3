import { setTimeout } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { useRustPeers } from './rust-peer.js';
import { useTsPeers } from './ts-peer.js';

// A Rust node allows a peer 100 streams at once, one for each topic. It keeps a neighbor whose stream has ended, so topics give theirs up to others.

const TOPICS = 300;
/** Three times as long as it took until every topic was lost. */
const WATCH_MS = 30_000;

const rust = useRustPeers();
const ts = useTsPeers();
const topic = (i: number) => i.toString(16).padStart(64, '0');

test('300 topics with one Rust peer that allows 100 streams: all come up, stay up and deliver both ways', async () => {
  const [host, guest] = await Promise.all([rust.node(), ts.node()]);
  const topics = Array.from({ length: TOPICS }, (_, i) => topic(i + 1));
  for (const id of topics) await host.join(id);
  for (const id of topics) await guest.join(id, host.ticket);
  const up = () => topics.filter((id) => guest.topic(id).neighbors.size > 0 && host.topic(id).neighbors.size > 0);
  await expect.poll(() => up().length, { timeout: 30_000 }).toBe(TOPICS);
  expect(await guest.waitingStreams(host.id)).toBe(0);

  await setTimeout(WATCH_MS);
  for (const id of topics) {
    await guest.broadcast(id, `ours in ${id}`);
    await host.broadcast(id, `Rust in ${id}`);
  }
  for (const id of topics) {
    await host.untilContent(id, `ours in ${id}`);
    await guest.untilContent(id, `Rust in ${id}`);
    expect({ id, downs: guest.topic(id).downs, rust: host.topic(id).downs }).toEqual({ id, downs: 0, rust: 0 });
  }
  console.log(`L8: ${TOPICS} topics with a Rust peer stayed up for ${WATCH_MS / 1_000} s`);
});
