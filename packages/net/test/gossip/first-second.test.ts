import { afterEach, expect, test } from 'vitest';
import { type Listener, say, TestSwarm, TOPIC } from '../support/swarm.js';

// Ten members start at the same time through the first of them, which begins to publish as soon as each has had a neighbor. Half of them were
// evicted again by then, and look for other neighbors.

const MESSAGES = 60;

let swarm: TestSwarm;
afterEach(() => swarm.close());

/** How long each message that a member receives was under way, as they come. */
async function listen({ node }: Listener, delays: number[]): Promise<void> {
  const session = await node.subscribe(TOPIC);
  for (let next = await session.next(); !next.done; next = await session.next()) {
    if (next.value.type === 'received') delays.push(swarm.clock.now() - Number(Buffer.from(next.value.content)));
  }
}

test.each([
  { latencyMs: 5, keys: 3 },
  { latencyMs: 20, keys: 6 },
])(
  'what is said in the first second is there within some round trips ($latencyMs ms away)',
  async ({ latencyMs, keys }) => {
    swarm = new TestSwarm({}, { latencyMs });
    const { clock } = swarm;
    for (let i = 0; i < keys; i++) swarm.add(); // others' keys and random numbers
    const first = await swarm.listen(swarm.add());
    const others: Listener[] = [];
    for (let i = 1; i < 10; i++) others.push(await swarm.listen(swarm.add(), [first]));
    const delays: number[] = [];
    for (const other of others) void listen(other, delays);
    const hasJoined = ({ events }: Listener) => events.some(({ type }) => type === 'neighborUp');
    await clock.until(() => others.every(hasJoined), 10_000);

    for (let i = 0; i < MESSAGES; i++) {
      await say(first, `${clock.now()}`);
      await clock.advance(10);
    }
    await clock.advance(1_000);
    expect(delays).toHaveLength(9 * MESSAGES);
    delays.sort((a, b) => a - b);
    expect(delays[Math.floor(delays.length * 0.99)]).toBeLessThan(12 * latencyMs);
  },
);
