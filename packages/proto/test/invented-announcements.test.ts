import { expect, test } from 'vitest';
import { type InEvent, messageIdFromBytes, State, seededRng } from '../src/index.js';
import { heap } from './helper/heap.js';
import { testSeed } from './helper/swarm.js';
import { TOPIC } from './helper/topic.js';

const LIAR = 1;
const IDS = 40_000;
const PER_MESSAGE = 60;

test('a neighbor that announces payloads that there are not pins at most 6 MB', () => {
  const state = new State<number>({ me: 0, rng: seededRng(testSeed(1)) });
  let asked = 0;
  const feed = (event: InEvent<number>) => {
    for (const { type } of state.handle(event, 0)) if (type === 'scheduleTimer') asked++;
  };
  feed({ type: 'command', topic: TOPIC, command: { type: 'join', peers: [LIAR] } });
  feed({
    type: 'recvMessage',
    from: LIAR,
    topic: TOPIC,
    message: { type: 'neighbor', priority: 'high', data: undefined },
  });
  const before = heap();
  asked = 0;
  for (let i = 0; i < IDS; i += PER_MESSAGE) {
    const messages = Array.from({ length: PER_MESSAGE }, (_, k) => ({ id: inventedId(i + k), round: 1 }));
    feed({ type: 'recvMessage', from: LIAR, topic: TOPIC, message: { type: 'ihave', messages } });
  }
  const bytes = heap() - before;
  console.log(`for ${IDS} invented ids: ${(bytes / 1e6).toFixed(1)} MB`);
  expect(asked).toBeGreaterThan(4_000); // it is believed at first
  expect(state.stats().droppedAnnouncements).toBeGreaterThan(IDS / 2);
  expect(bytes).toBeLessThan(6e6);
});

function inventedId(i: number) {
  const bytes = new Uint8Array(32);
  new DataView(bytes.buffer).setUint32(0, i);
  return messageIdFromBytes(bytes);
}
