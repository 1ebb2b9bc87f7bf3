import { afterEach, expect, test } from 'vitest';
import { type Listener, TestSwarm } from '../support/swarm.js';

// Row 2 of the promises (docs/reliability.md) in virtual time: both halves fill their views while they are apart, and the one who let everybody in is gone.

const NODES = 20;
const IDLE_MS = 10_000;
const WITHIN_MS = 30_000;

let swarm: TestSwarm;
afterEach(() => swarm.close());

/** Whether all are one swarm: only links that both ends have count. */
function isWhole(all: readonly Listener[]): boolean {
  const views = new Map(all.map(({ endpoint, session }) => [endpoint.id, new Set(session.neighbors())]));
  const [first] = views.keys();
  const seen = new Set([first]);
  const open = [first];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    for (const peer of views.get(id) ?? []) {
      if (seen.has(peer) || views.get(peer)?.has(id) !== true) continue;
      seen.add(peer);
      open.push(peer);
    }
  }
  return seen.size === all.length;
}

test.each([1, 2, 3, 4, 5, 6].flatMap((keys) => [2 * IDLE_MS, 6 * IDLE_MS].map((apartMs) => ({ keys, apartMs }))))(
  'two halves that were apart for $apartMs ms are one swarm again within 30 s ($keys)',
  async ({ keys, apartMs }) => {
    swarm = new TestSwarm({}, { idleTimeoutMs: IDLE_MS });
    const { clock, network } = swarm;
    for (let i = 1; i < keys; i++) swarm.add(); // others' keys and random numbers
    const all: Listener[] = [];
    for (let i = 0; i < NODES; i++) all.push(await swarm.listen(swarm.add(), all.slice(0, 1)));
    await clock.until(() => all.every(({ session }) => session.neighbors().length > 0));
    await clock.advance(2_000);
    const [creator, ...rest] = all;
    const pairs = all.flatMap((a, i) => all.slice(i + 1).map((b, j) => ({ a, b, isAcross: j % 2 === 0 })));
    const across = pairs.filter(({ isAcross }) => isAcross);
    for (const { a, b } of across) network.cut(a.endpoint, b.endpoint);
    void creator?.router.shutdown();
    await clock.advance(apartMs);
    expect(isWhole(rest)).toBe(false);
    const before = rest.map(({ events }) => events.length);
    for (const { a, b } of across) network.heal(a.endpoint, b.endpoint);
    await clock.until(() => isWhole(rest), WITHIN_MS);
    const evicted = rest.flatMap(({ events }, i) =>
      events.slice(before[i]).filter(({ type }) => type === 'neighborDown'),
    );
    expect(evicted.length).toBeLessThan(2 * NODES);
  },
);
