import { setTimeout } from 'node:timers/promises';
import { seededRng } from '@grapevine/proto';
import { expect, test } from 'vitest';
import { gather, untilAllHearAll, untilAllSettled } from './mixed-swarm.js';
import type { PeerNode } from './peer-node.js';
import { useRustPeers } from './rust-peer.js';
import { useTsPeers } from './ts-peer.js';

// Ten minutes of a swarm that one node joins and one leaves every five seconds, five times as fast: the same 120 joins and leaves, and the
// same ten rounds of shuffles, with a fifth of the default times for shuffles, dials and silent connections (seven seconds are the least for
// the last, on a TypeScript node on iroh).

const SPEED = 5;
const CHANGES = 120;
const PAUSE_MS = 5_000 / SPEED;
/** Changes between two looks at the whole swarm. */
const ROUND = 30;

const topic = '17'.repeat(32);
const common = { shuffleMs: 60_000 / SPEED };
const rust = useRustPeers();
const ts = useTsPeers();
const rustNode = () => rust.node({ ...common, idleTimeoutMs: 30_000 / SPEED });
const tsNode = () => ts.node({ ...common, idleTimeoutMs: 7_000, dialTimeoutMs: 10_000 / SPEED });

test.each([1])('seed %i: ten minutes of comings and goings', async (seed) => {
  const rng = seededRng(new Uint8Array(32).fill(seed));
  const coin = () => rng.index(2) === 0;
  /** They stay, and everybody enters through one of them. */
  const residents: PeerNode[] = await Promise.all([rustNode(), tsNode(), rustNode(), tsNode(), rustNode(), tsNode()]);
  const visitors: PeerNode[] = await Promise.all([rustNode(), tsNode(), rustNode(), tsNode()]);
  await gather(topic, [...residents, ...visitors]);

  let said = 0;
  for (let change = 1; change <= CHANGES; change++) {
    const began = performance.now();
    const visitor = await (coin() ? rustNode() : tsNode());
    await visitor.join(topic, (residents[rng.index(residents.length)] as PeerNode).ticket);
    const [leaver] = visitors.splice(rng.index(visitors.length), 1) as [PeerNode];
    visitors.push(visitor);
    if (coin()) await leaver.process.kill();
    else await leaver.quit();
    for (const resident of residents) await resident.broadcast(topic, `change ${change}, ${resident.id}`);
    said += residents.length - 1;
    await setTimeout(Math.max(0, PAUSE_MS - (performance.now() - began)));

    if (change % ROUND === 0) {
      const present = [...residents, ...visitors];
      const ids = new Set(present.map(({ id }) => id));
      for (const node of present) {
        const { neighbors } = node.topic(topic);
        await node.process.until(
          'living neighbors only',
          () => neighbors.size > 0 && [...neighbors].every((id) => ids.has(id)),
          60_000,
        );
      }
      await untilAllSettled(topic, present);
      await untilAllHearAll(topic, present, `after ${change} changes`);
    }
  }

  for (const resident of residents) {
    const { received, lagged, closed } = resident.topic(topic);
    const texts = received.map(({ content }) => `${content}`);
    expect(new Set(texts).size).toBe(texts.length);
    expect({ lagged, closed }).toEqual({ lagged: 0, closed: undefined });
    // Messages may be lost while neighbors change, also among Rust nodes alone.
    const heard = texts.filter((text) => text.startsWith('change ')).length;
    console.log(`seed ${seed}: ${resident.process.label} heard ${heard} of ${said} during the changes`);
    expect(heard).toBeGreaterThan(0.95 * said);
  }
});
