import { expect, test } from 'vitest';
import { type InEvent, type MessageId, type OutEvent, State, seededRng } from '../src/index.js';
import { idOf } from './helper/node.js';
import { testSeed } from './helper/swarm.js';
import { TOPIC } from './helper/topic.js';

// A neighbor that says payloads are lost that there never were. Its victim can't know: an honest neighbor with a small cache says the same. So
// subscribers are told, and so are the neighbors of the victim and theirs. How many there are at most is decided by bounds that have names.

const LIAR = 1;
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
  readonly #states = new Map(CHAIN.map((me) => [me, this.#newState(me)]));
  readonly #lost = new Map<number, number>();

  constructor() {
    for (const [a, b] of [CHAIN.slice(0, 2), CHAIN.slice(1, 3), [0, LIAR]] as [number, number][]) {
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

  #newState(me: number): State<number> {
    const state = new State<number>({
      me,
      rng: seededRng(testSeed(me + 1)),
      config: { hardened: { missingPerPeer: PER_PEER } },
    });
    state.handle({ type: 'command', topic: TOPIC, command: { type: 'join', peers: [] } }, 0);
    return state;
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

let invented = 0;
function invent(count: number): MessageId[] {
  return Array.from({ length: count }, () => idOf(new TextEncoder().encode(`never said ${invented++}`)));
}

test.each<[string, (row: Row) => void]>([
  [
    'in its list of losses',
    (row) =>
      row.feed(0, {
        type: 'lossesReported',
        topic: TOPIC,
        from: LIAR,
        losses: invent(500).map((id) => ({ id, age: 1_000 })),
      }),
  ],
  [
    'when it is asked for them',
    (row) => row.feed(0, { type: 'unavailable', topic: TOPIC, from: LIAR, ids: invent(500) }),
  ],
  [
    'by announcing them, and never sending any',
    (row) =>
      row.feed(0, {
        type: 'recvMessage',
        from: LIAR,
        topic: TOPIC,
        message: { type: 'ihave', messages: invent(500).map((id) => ({ id, round: 1 })) },
      }),
  ],
])('losses that a neighbor invents %s are told on within bounds', (_how, lie) => {
  const row = new Row();
  const before = invented;
  for (let second = 0; second < MINUTES * 60; second++) {
    lie(row);
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

test('what a liar invents keeps no true loss from its victim: others have a share of their own', () => {
  const row = new Row();
  const [lost] = invent(1) as [MessageId];
  for (let second = 0; second < 20; second++) {
    const losses = invent(500).map((id) => ({ id, age: 1_000 }));
    row.feed(0, { type: 'lossesReported', topic: TOPIC, from: LIAR, losses });
    if (second === 10)
      row.feed(0, { type: 'lossesReported', topic: TOPIC, from: 10, losses: [{ id: lost, age: 1_000 }] });
    row.pass(1);
  }
  expect(row.hasSeen(0, lost)).toBe(true);
});
