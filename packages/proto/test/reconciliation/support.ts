import { seededRng } from '../../src/index.js';
import { KeySetBuilder, Reconciliation, saltOf } from '../../src/reconciliation/index.js';

/** The bytes of a frame besides its body, on our streams: four of length, and one of kind. */
export const FRAMING = 5;

/** `count` ids that follow from a seed. */
export function ids(count: number, seed: number): Uint8Array[] {
  const key = new Uint8Array(16);
  new DataView(key.buffer).setUint32(0, seed);
  const rng = seededRng(key);
  return Array.from({ length: count }, () => {
    const id = new Uint8Array(32);
    const words = new DataView(id.buffer);
    for (let i = 0; i < 16; i++) words.setUint16(2 * i, rng.index(65_536));
    return id;
  });
}

/** A set with a salt. */
export function keySet(of: readonly Uint8Array[], salt: Uint8Array) {
  const builder = new KeySetBuilder(salt);
  for (const id of of) builder.add(id);
  return builder.build();
}

/** The result of a session between two sides, and its cost. */
export interface Outcome {
  /** Positions of the ids that the other side lacks, on each side. */
  readonly a: readonly number[];
  readonly b: readonly number[];
  /** The same as the other side knows it: keys, which the side with the ids maps back to positions. */
  readonly aBySide: readonly number[];
  readonly bBySide: readonly number[];
  readonly exact: boolean;
  /** Bytes in both directions, with framing. */
  readonly bytes: number;
  /** How often the direction changed, and half of it. */
  readonly roundTrips: number;
  readonly frames: readonly Uint8Array[];
}

/** Runs a session to its end. Each side answers all that has arrived before the other goes on. */
export function reconcile(
  idsOfA: readonly Uint8Array[],
  idsOfB: readonly Uint8Array[],
  salt: Uint8Array = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8),
): Outcome {
  const setOfA = keySet(idsOfA, salt);
  const a = Reconciliation.begin(setOfA);
  let onTheWay = [a.opening()];
  const setOfB = keySet(idsOfB, saltOf(onTheWay[0] as Uint8Array));
  const b = Reconciliation.answer(setOfB);
  const frames: Uint8Array[] = [];
  let halves = 0;
  for (let side = b; onTheWay.length > 0; side = side === a ? b : a) {
    halves++;
    frames.push(...onTheWay);
    onTheWay = onTheWay.flatMap((frame) => [...side.receive(frame)]);
  }
  const ofA = a.difference();
  const ofB = b.difference();
  return {
    a: setOfA.positionsOf(ofA.surplus),
    b: setOfB.positionsOf(ofB.surplus),
    aBySide: setOfA.positionsOf(ofB.lacking),
    bBySide: setOfB.positionsOf(ofA.lacking),
    exact: ofA.exact && ofB.exact,
    bytes: frames.reduce((sum, frame) => sum + frame.length + FRAMING, 0),
    roundTrips: halves / 2,
    frames,
  };
}
