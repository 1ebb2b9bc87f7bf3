import { expect, test } from 'vitest';
import { type InEvent, type MessageId, messageIdFromBytes, type OutEvent, State, seededRng } from '../src/index.js';
import { testSeed } from './helper/swarm.js';
import { TOPIC } from './helper/topic.js';

// A neighbor that says payloads are lost that there never were. Its victim can't know: an honest neighbor with a small cache says the same. So
// subscribers are told, and so are the neighbors of the victim and theirs. How many there are at most is decided by bounds that have names.

const LIAR = 1;
const OTHER_LIARS = [3, 4, 5];
/** An honest neighbor of the victim that is no part of the row. */
const WITNESS = 2;
/** The victim, its honest neighbor, and a node behind that one. */
const CHAIN = [0, 10, 20];
/** A hundredth of what it is by default: so a second's lies are a hundredth as well. */
const PER_PEER = 160;
/** Of one neighbor, within five seconds: a quarter of `missingPerPeer` (`REPORTED_SHARE` and `GRACE` in `told-losses.ts`). */
const REPORTED = PER_PEER / 4;
/** Of one neighbor, within `messageCacheRetention`: four times `missingPerPeer` (`KNOWN_FACTOR` in `node-budgets.ts`). */
const CLAIMED = 4 * PER_PEER;
const MINUTES = 3;

/** Three nodes in a row, whose hosts compare losses whenever the kernel asks for it. The first has a neighbor that lies. */
class Row {
  now = 0;
  readonly #states: Map<number, State<number>>;
  readonly #lost = new Map<number, number>();

  constructor() {
    this.#states = new Map(CHAIN.map((me) => [me, newState(me)]));
    const ofVictim = [LIAR, WITNESS, ...OTHER_LIARS].map((peer) => [0, peer]);
    for (const [a, b] of [CHAIN.slice(0, 2), CHAIN.slice(1, 3), ...ofVictim] as [number, number][]) {
      this.#meet(a, b);
      this.#meet(b, a);
    }
    this.pass(60); // long enough for nobody to be a newcomer
  }

  /** How many losses the subscribers of a node have been told. */
  lost(me: number): number {
    return this.#lost.get(me) ?? 0;
  }

  /** Whether a payload was here or is told lost. */
  hasSeen(me: number, id: MessageId): boolean {
    return this.#states.get(me)?.hasSeen(TOPIC, id) === true;
  }

  feed(me: number, event: InEvent<number>): void {
    const state = this.#states.get(me);
    if (state === undefined) return; // the liar
    for (const output of state.handle(event, this.now)) this.#carryOut(me, output);
  }

  /** Lets seconds pass; what is due each second is done. */
  pass(seconds: number): void {
    for (let i = 0; i < seconds; i++) {
      this.now += 1_000;
      for (const me of CHAIN)
        this.feed(me, {
          type: 'timerExpired',
          timer: { topic: TOPIC, generation: 1, task: { type: 'evictCache' } },
        });
    }
  }

  #meet(me: number, peer: number): void {
    for (let i = 0; i < 2; i++) {
      const message = { type: 'neighbor', priority: 'high', data: undefined } as const;
      this.feed(me, { type: 'recvMessage', from: peer, topic: TOPIC, message });
    }
  }

  #carryOut(me: number, output: OutEvent<number>): void {
    if (output.type === 'emitEvent' && output.event.type === 'lost')
      this.#lost.set(me, this.lost(me) + output.event.count);
    if (output.type !== 'reconcile') return;
    this.#tell(me, output.peer);
    this.#tell(output.peer, me);
  }

  #tell(from: number, to: number): void {
    const state = this.#states.get(from);
    const receiver = this.#states.get(to);
    if (state === undefined || receiver === undefined) return;
    const news = [...state.losses(TOPIC, this.now)].filter(({ id }) => !receiver.hasSeen(TOPIC, id));
    if (news.length > 0) this.feed(to, { type: 'lossesReported', topic: TOPIC, from, losses: news });
  }
}

function newState(me: number): State<number> {
  const config = {
    membership: { activeViewCapacity: 8 },
    hardened: { missingPerPeer: PER_PEER, missingTotal: 4 * PER_PEER, nodeMissing: 4 * PER_PEER },
  };
  const state = new State<number>({ me, rng: seededRng(testSeed(me + 1)), config });
  state.handle({ type: 'command', topic: TOPIC, command: { type: 'join', peers: [] } }, 0);
  return state;
}

let invented = 0;
function invent(count: number): MessageId[] {
  return Array.from({ length: count }, () => {
    const bytes = new Uint8Array(32);
    new DataView(bytes.buffer).setUint32(0, invented++);
    return messageIdFromBytes(bytes);
  });
}

type Lie = (row: Row, from: number) => void;

const LIES: readonly (readonly [string, Lie])[] = [
  [
    'in its list of losses',
    (row, from) =>
      row.feed(0, {
        type: 'lossesReported',
        topic: TOPIC,
        from,
        losses: invent(200).map((id) => ({ id, age: 1_000 })),
      }),
  ],
  [
    'when it is asked for them',
    (row, from) => row.feed(0, { type: 'unavailable', topic: TOPIC, from, ids: invent(200) }),
  ],
  [
    'by announcing them, and never sending any',
    (row, from) =>
      row.feed(0, {
        type: 'recvMessage',
        from,
        topic: TOPIC,
        message: { type: 'ihave', messages: invent(200).map((id) => ({ id, round: 1 })) },
      }),
  ],
];

test.each(LIES)('losses that a neighbor invents %s are told on within bounds', (_how, lie) => {
  const row = new Row();
  const before = invented;
  for (let second = 0; second < MINUTES * 60; second++) {
    lie(row, LIAR);
    row.pass(1);
  }
  row.pass(120);
  const [victim, neighbor, behind] = CHAIN.map((me) => row.lost(me)) as [number, number, number];
  const told = invented - before;
  console.info(
    `of ${told} losses that were invented ${victim} are told by the victim, ${neighbor} and ${behind} behind it`,
  );
  expect(victim).toBeGreaterThan(0); // or the test shows nothing
  expect(victim).toBeLessThanOrEqual(CLAIMED * (MINUTES * 2 + 1) + REPORTED * (MINUTES * 12 + 1));
  // Each hop takes no more than its share of the one before it, whatever that one was told.
  const perHop = REPORTED * ((MINUTES + 2) * 12 + 1);
  expect(neighbor).toBeLessThanOrEqual(Math.min(perHop, victim));
  expect(behind).toBeLessThanOrEqual(Math.min(perHop, neighbor));
});

/** Of a few true losses that a witness tells in the middle of the lies. @returns how many seconds later each node of the row knows of all of them */
function secondsUntilKnown(lie: Lie, liars: readonly number[]): number[] {
  const row = new Row();
  const losses = invent(5).map((id) => ({ id, age: 1_000 }));
  const known = CHAIN.map(() => Number.POSITIVE_INFINITY);
  for (let second = -75; second < PER_HOP_S * CHAIN.length; second++) {
    for (const liar of liars) lie(row, liar);
    if (second === 0) row.feed(0, { type: 'lossesReported', topic: TOPIC, from: WITNESS, losses });
    row.pass(1);
    for (const [i, me] of CHAIN.entries())
      if (losses.every(({ id }) => row.hasSeen(me, id))) known[i] = Math.min(known[i] as number, second + 1);
  }
  return known;
}

/** What is reported is waited for, and there are five seconds between two rounds in which neighbors are told. */
const PER_HOP_S = 11;

test.each(LIES)(
  'losses that a neighbor invents %s keep no true one from its victim, nor from nodes behind',
  (_how, lie) => {
    const known = secondsUntilKnown(lie, [LIAR]);
    console.info(`true losses among invented ones are known after ${known.join(', ')} s`);
    for (const [i, seconds] of known.entries()) expect(seconds).toBeLessThanOrEqual(PER_HOP_S * (i + 1));
  },
);

test.each(LIES)('nor where four liars invent them %s, and fill all the room that a topic has', (_how, lie) => {
  const known = secondsUntilKnown(lie, [LIAR, ...OTHER_LIARS]);
  for (const [i, seconds] of known.entries()) expect(seconds).toBeLessThanOrEqual(PER_HOP_S * (i + 1));
});
