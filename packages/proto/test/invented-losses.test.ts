import { expect, test } from 'vitest';
import { type MessageId, messageIdFromBytes } from '../src/index.js';
import { LossNetwork } from './helper/loss-network.js';
import { TOPIC } from './helper/topic.js';

// A neighbor reports losses of payloads that never existed. Its victim can't know that: an honest neighbor with a small cache reports the same.
// So the victim tells its subscribers and its neighbors, and those tell theirs. Named bounds limit how many losses are told.

const LIAR = 1;
const OTHER_LIARS = [3, 4, 5];
/** An honest neighbor of the victim that is no part of the row. */
const WITNESS = 2;
/** The victim, its honest neighbor, and a node behind that one. */
const VICTIM = 0;
const CHAIN = [VICTIM, 10, 20];
/** A sixty-fourth of what it is by default: so a second's lies are a sixty-fourth as well. */
const PER_PEER = 10;
/** Of one neighbor, within five seconds (`GRACE` in `told-losses.ts`): four times `missingPerPeer` (`KNOWN_FACTOR` in `node-budgets.ts`). */
const REPORTED = 4 * PER_PEER;
/** Of one neighbor, within `messageCacheRetention`: as many. */
const CLAIMED = 4 * PER_PEER;
const MINUTES = 3;

/** Three nodes in a row, of which the first has neighbors that lie. */
function row(): LossNetwork {
  const ofVictim = [LIAR, WITNESS, ...OTHER_LIARS].map((peer): [number, number] => [VICTIM, peer]);
  return new LossNetwork({ nodes: CHAIN, links: [[0, 10], [10, 20], ...ofVictim], missingPerPeer: PER_PEER });
}

let invented = 0;
function invent(count: number): MessageId[] {
  return Array.from({ length: count }, () => {
    const bytes = new Uint8Array(32);
    new DataView(bytes.buffer).setUint32(0, invented++);
    return messageIdFromBytes(bytes);
  });
}

/** What a liar tells its neighbor. */
type Lie = (net: LossNetwork, to: number, from: number) => void;

const LIES: readonly (readonly [string, Lie])[] = [
  [
    'in its list of losses',
    (net, to, from) =>
      net.feed(to, {
        type: 'lossesReported',
        topic: TOPIC,
        from,
        losses: invent(200).map((id) => ({ id, age: 1_000 })),
      }),
  ],
  [
    'when it is asked for them',
    (net, to, from) => net.feed(to, { type: 'unavailable', topic: TOPIC, from, ids: invent(200) }),
  ],
  [
    'by announcing them, and never sending any',
    (net, to, from) =>
      net.feed(to, {
        type: 'recvMessage',
        from,
        topic: TOPIC,
        message: { type: 'ihave', messages: invent(200).map((id) => ({ id, round: 1 })) },
      }),
  ],
];

test.each(LIES)('losses that a neighbor invents %s are told on within bounds', (_how, lie) => {
  const net = row();
  const before = invented;
  for (let second = 0; second < MINUTES * 60; second++) {
    lie(net, VICTIM, LIAR);
    net.pass(1);
  }
  net.pass(120);
  const [victim, neighbor, behind] = CHAIN.map((me) => net.lost(me)) as [number, number, number];
  const told = invented - before;
  console.info(
    `of ${told} losses that were invented ${victim} are told by the victim, ${neighbor} and ${behind} behind it`,
  );
  expect(victim).toBeGreaterThan(0); // or the test shows nothing
  expect(victim).toBeLessThanOrEqual(CLAIMED * (MINUTES * 2 + 1) + REPORTED * (MINUTES * 12 + 1));
  // Each hop accepts no more than its share from the previous one, whatever that one was told.
  const perHop = REPORTED * ((MINUTES + 2) * 12 + 1);
  expect(neighbor).toBeLessThanOrEqual(Math.min(perHop, victim));
  expect(behind).toBeLessThanOrEqual(Math.min(perHop, neighbor));
});

/** Liars, each with the node that it tells. */
type Liars = readonly (readonly [liar: number, victim: number])[];

/** Of a few true losses that a witness tells in the middle of the lies. @returns how many seconds later each of some nodes knows of all of them */
function secondsUntilKnown(
  net: LossNetwork,
  lie: Lie,
  liars: Liars,
  { witness: [witness, to], nodes }: Told,
): number[] {
  const losses = invent(5).map((id) => ({ id, age: 1_000 }));
  const known = nodes.map(() => Number.POSITIVE_INFINITY);
  for (let second = -75; second < PER_HOP_S * nodes.length; second++) {
    for (const [liar, victim] of liars) lie(net, victim, liar);
    if (second === 0) net.feed(to, { type: 'lossesReported', topic: TOPIC, from: witness, losses });
    net.pass(1);
    for (const [i, me] of nodes.entries())
      if (losses.every(({ id }) => net.hasSeen(me, id))) known[i] = Math.min(known[i] as number, second + 1);
  }
  return known;
}

/** The sender and the receiver of true losses, and the row of nodes that must hear of them. */
interface Told {
  readonly witness: readonly [witness: number, to: number];
  readonly nodes: readonly number[];
}

const BY_WITNESS: Told = { witness: [WITNESS, VICTIM], nodes: CHAIN };

/** What is reported is waited for, and there are five seconds between two rounds in which neighbors are told. */
const PER_HOP_S = 11;

test.each(LIES)(
  'losses that a neighbor invents %s keep no true one from its victim, nor from nodes behind',
  (_how, lie) => {
    const known = secondsUntilKnown(row(), lie, [[LIAR, VICTIM]], BY_WITNESS);
    console.info(`true losses among invented ones are known after ${known.join(', ')} s`);
    for (const [i, seconds] of known.entries()) expect(seconds).toBeLessThanOrEqual(PER_HOP_S * (i + 1));
  },
);

test.each(LIES)('nor where four liars invent them %s, and fill all the room that a topic has', (_how, lie) => {
  const known = secondsUntilKnown(
    row(),
    lie,
    [LIAR, ...OTHER_LIARS].map((liar) => [liar, VICTIM]),
    BY_WITNESS,
  );
  for (const [i, seconds] of known.entries()) expect(seconds).toBeLessThanOrEqual(PER_HOP_S * (i + 1));
});

/**
 * Five honest nodes, each with a liar among its neighbors, tell all losses to the same node, and that tells two more in a row. It is told five
 * times as many as the next one accepts.
 */
function funnel(): { net: LossNetwork; liars: Liars; told: Told } {
  const honest = [1, 2, 3, 4, 5];
  const liars = honest.map((victim) => [100 + victim, victim] as const);
  const witness = [200, 1] as const;
  const nodes = [1, 10, 20, 30];
  const links = [...honest.map((peer) => [10, peer] as const), [10, 20], [20, 30], ...liars, witness] as [
    number,
    number,
  ][];
  return {
    net: new LossNetwork({ nodes: [...honest, 10, 20, 30], links, missingPerPeer: PER_PEER }),
    liars,
    told: { witness, nodes },
  };
}

test.each(LIES)('nor where liars in many places invent them %s, more than a node between takes', (_how, lie) => {
  const { net, liars, told } = funnel();
  const known = secondsUntilKnown(net, lie, liars, told);
  console.info(`true losses behind a node that many lies pass are known after ${known.join(', ')} s`);
  for (const [i, seconds] of known.entries()) expect(seconds).toBeLessThanOrEqual(PER_HOP_S * (i + 1));
});
