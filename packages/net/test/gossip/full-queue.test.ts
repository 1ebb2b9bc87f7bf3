import { topicIdFromBytes } from '@grapevine/proto';
import { afterEach, expect, test } from 'vitest';
import { TestSwarm } from '../support/swarm.js';

const TOPICS = 300;
const topicOf = (number: number) => {
  const bytes = Buffer.alloc(32);
  bytes.writeUInt32LE(number);
  return topicIdFromBytes(bytes);
};

let swarm: TestSwarm;
afterEach(() => swarm.close());

test('what makes and ends neighbors is said as soon as a full queue has drained', async () => {
  swarm = new TestSwarm({ queueHighWaterMark: 100 });
  const a = swarm.add();
  const b = swarm.add();
  const sessions = [];
  for (let i = 0; i < TOPICS; i++) {
    sessions.push(await a.node.subscribe(topicOf(i)));
    await b.node.subscribe(topicOf(i), { bootstrap: [a.endpoint.addr()] });
    await swarm.clock.advance(20);
  }
  /** In which topics a is a neighbor of b. */
  const views = async () => {
    const { topics } = await b.node.snapshot();
    return topics.map(({ activeView }) => activeView.length === 1);
  };
  expect(await views()).toEqual(sessions.map(() => true));

  // More changes than the queue takes before it is written. For a peer that comes back, the last change counts.
  const stays = (i: number) => i % 3 === 0;
  for (const [i, session] of sessions.entries()) {
    session.closeSender();
    session.closeReceiver();
    if (stays(i)) await a.node.subscribe(topicOf(i), { bootstrap: [b.endpoint.addr()] });
  }
  await swarm.clock.advance(3_000);
  expect(await views()).toEqual(sessions.map((_, i) => stays(i)));
});
