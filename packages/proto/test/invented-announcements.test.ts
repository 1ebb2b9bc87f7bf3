import { expect, test } from 'vitest';
import {
  type InEvent,
  type MessageId,
  messageIdFromBytes,
  State,
  seededRng,
  type Timer,
  TimerHeap,
} from '../src/index.js';
import { heap } from './helper/heap.js';
import { testSeed } from './helper/swarm.js';
import { TOPIC } from './helper/topic.js';

const LIAR = 1;
const IDS = 40_000;
const PER_MESSAGE = 60;
/** Hosts have no whole milliseconds, and an engine makes an object of each fraction that is kept. */
const NOW = 1_000.123;

/** What a liar says of payloads that there never were. */
const LIES: readonly (readonly [how: string, lie: (ids: readonly MessageId[]) => InEvent<number>])[] = [
  [
    'announces',
    (ids) => ({
      type: 'recvMessage',
      from: LIAR,
      topic: TOPIC,
      message: { type: 'ihave', messages: ids.map((id) => ({ id, round: 1 })) },
    }),
  ],
  ['says that it had, when it is asked for them,', (ids) => ({ type: 'unavailable', topic: TOPIC, from: LIAR, ids })],
  [
    'tells as lost',
    (ids) => ({ type: 'lossesReported', topic: TOPIC, from: LIAR, losses: ids.map((id) => ({ id, age: 1_000 })) }),
  ],
];

test.each(LIES)('a neighbor that %s payloads that there are not has us wait for less than 1 MB of them', (how, lie) => {
  // Other files of this process may free or take something meanwhile: the middle one of three.
  const [, middle] = [1, 2, 3].map(() => pinnedBy(lie)).sort((a, b) => a.bytes - b.bytes) as [Pinned, Pinned, Pinned];
  const { bytes, believed, timers } = middle;
  console.info(`a neighbor that ${how} ${IDS} payloads pins ${Math.round(bytes / 1e3)} kB, for ${believed} of them`);
  expect(believed).toBeGreaterThan(2_000); // or it shows nothing
  expect(bytes).toBeLessThan(1e6);
  expect(timers).toBeLessThan(believed);
});

interface Pinned {
  readonly bytes: number;
  readonly believed: number;
  readonly timers: number;
}

/** What a new node keeps when a neighbor tells it so much. */
function pinnedBy(lie: (ids: readonly MessageId[]) => InEvent<number>): Pinned {
  const state = new State<number>({ me: 0, rng: seededRng(testSeed(1)) });
  const timers = new TimerHeap<Timer<number>>(); // as hosts keep them
  const feed = (event: InEvent<number>) => {
    for (const output of state.handle(event, NOW))
      if (output.type === 'scheduleTimer') timers.insert(NOW + output.delay, output.timer);
  };
  feed({ type: 'command', topic: TOPIC, command: { type: 'join', peers: [LIAR] } });
  const message = { type: 'neighbor', priority: 'high', data: undefined } as const;
  feed({ type: 'recvMessage', from: LIAR, topic: TOPIC, message });
  feed(lie([inventedId(IDS)])); // code that is compiled meanwhile is nobody's memory
  const before = heap();
  for (let i = 0; i < IDS; i += PER_MESSAGE) {
    feed(lie(Array.from({ length: PER_MESSAGE }, (_, k) => inventedId(i + k))));
  }
  const bytes = heap() - before;
  // Asked for only now, so that all of it is there until now.
  return { bytes, believed: IDS - state.stats().droppedAnnouncements, timers: timers.size };
}

function inventedId(i: number) {
  const bytes = new Uint8Array(32);
  new DataView(bytes.buffer).setUint32(0, i);
  return messageIdFromBytes(bytes);
}
