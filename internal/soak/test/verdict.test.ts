import { describe, expect, test } from 'vitest';
import { generate } from '../src/generate.js';
import { contentOf, Ledger, type Reader } from '../src/ledger.js';
import { type Connectivity, Reach, SAMPLE_MS } from '../src/reach.js';
import { type Schedule, settleMs } from '../src/schedule.js';
import { shrink } from '../src/shrink.js';
import { judgeDelivery } from '../src/verdict.js';

const schedule: Schedule = { ...generate({ seed: 1 }), idleTimeoutMs: 1_000, shuffleMs: 1_000, retentionMs: 60_000 };
const SETTLED = settleMs(schedule);

/** Two machines in a topic, the first of which publishes one message at a time when both have settled. */
function pair(connectivity: Partial<Connectivity> = {}) {
  const ledger = new Ledger();
  const reach = new Reach(schedule);
  const [publisher, other] = [ledger.enter(0, 0, 0), ledger.enter(1, 0, 0)];
  const reader = ledger.read(other, 0);
  const publication = ledger.publish(publisher, SETTLED + SAMPLE_MS, 100);
  publication.taken = 'yes';
  for (let now = 0; now <= 2 * SETTLED + schedule.retentionMs; now += SAMPLE_MS) {
    reach.sample(now, ledger, { undisturbedSince: () => 0, isOpen: () => true, ...connectivity });
  }
  const kinds = () => judgeDelivery(ledger, reach).failures.map(({ kind }) => kind);
  return { ledger, reader, publication, kinds };
}

const hear = (ledger: Ledger, reader: Reader, index: number) => ledger.receive(reader, contentOf(index, 100));

describe('the judge', () => {
  test('finds nothing wrong where everything is delivered', () => {
    const { ledger, reader, kinds } = pair();
    hear(ledger, reader, 0);
    expect(kinds()).toEqual([]);
  });

  test('misses a message that neither came nor was told of', () => {
    const { reader, kinds } = pair();
    expect(kinds()).toEqual(['lost']);
    reader.told.overflow = 1;
    expect(kinds()).toEqual([]);
  });

  test('believes nobody who was told of more than is missing', () => {
    const { ledger, reader, kinds } = pair();
    hear(ledger, reader, 0);
    reader.told.abandoned = 1;
    expect(kinds()).toEqual(['told']);
  });

  test('takes nothing twice, nothing unknown, nothing damaged', () => {
    const { ledger, reader, kinds } = pair();
    hear(ledger, reader, 0);
    hear(ledger, reader, 0);
    hear(ledger, reader, 7);
    const damaged = contentOf(0, 100);
    damaged[50] = 0xff;
    ledger.receive(reader, damaged);
    expect(kinds()).toEqual(['heard', 'heard', 'heard']);
  });

  test('owes nothing to those who could not be reached while the message was cached', () => {
    expect(pair({ isOpen: () => false }).kinds()).toEqual([]);
    expect(pair({ undisturbedSince: (machine) => (machine === 1 ? undefined : 0) }).kinds()).toEqual([]);
  });

  test('owes nothing to those who were away for longer than messages are cached, and all to those who were not', () => {
    const cutUntil = (healedAt: number) => {
      let looks = 0;
      return pair({ isOpen: () => ++looks * SAMPLE_MS > healedAt }).kinds();
    };
    expect(cutUntil(schedule.retentionMs / 2)).toEqual(['lost']);
    expect(cutUntil(SETTLED + 2 * schedule.retentionMs)).toEqual([]);
  });
});

test('shrinking leaves the steps that matter, in their order', async () => {
  const long = generate({ seed: 5, size: 4 });
  const matters = [long.steps[3], long.steps[17]];
  const failure = { kind: 'lost', message: 'both are there' } as const;
  const { schedule: short, runs } = await shrink(long, failure, {
    failureOf: async ({ steps }) => (matters.every((step) => step && steps.includes(step)) ? failure : undefined),
  });
  expect(short.steps).toEqual(matters);
  expect(runs).toBeLessThan(long.steps.length);
});
