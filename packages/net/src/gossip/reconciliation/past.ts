import { type DistantPast, idPrefix, type MessageId, type PastMessage } from '@grapevine/proto';
import { Violation } from './errors.js';
import { type Frame, packKeys, unpackKeys } from './frames.js';
import { IDS_PER_LOOK } from './serving.js';

type PastFrame = Extract<Frame, { type: 'past' }>;

/** Messages that one frame names. Twice as many as we remember: a later version may remember more. */
const MAX_MESSAGES = 64;
const MAX_AGE = 0xffff_ffff;
/** A message that a peer knows and we do not. */
export type UnknownMessage = Pick<PastMessage, 'prefix' | 'age'>;

/** By how much nodes may differ in when they came to know a message, in milliseconds. */
const SKEW_MS = 10_000;

/**
 * What a peer is told of our past: payloads that were here, and that are no longer compared. @param forgottenAfterMs from which age on they are not
 */
export function pastFrame(messages: readonly PastMessage[], forgottenAfterMs: number): PastFrame | undefined {
  const told = messages.filter(({ age, wasHere }) => wasHere && age >= forgottenAfterMs);
  if (told.length === 0) return undefined;
  return {
    type: 'past',
    prefixes: packKeys(told.map(({ prefix }) => prefix)),
    ages: told.map(({ age }) => Math.min(MAX_AGE, Math.round(age))),
  };
}

/**
 * Looks for messages that a peer knows and we do not, from a time of which we know all messages. Messages that are still compared are left out:
 * otherwise a peer could make us report losses every ten seconds, by inventing recent ones.
 *
 * @param suspects messages that another past has named, and that were not known then: they are looked for again
 * @param seenIds all ids that are known otherwise; they are walked through in slices, and only where it is needed
 * @returns them, with ages in milliseconds @throws Violation when the peer names more than it may
 */
export function* unknownPast(
  frame: PastFrame,
  past: DistantPast,
  forgottenAfterMs: number,
  suspects: readonly UnknownMessage[],
  seenIds: () => Iterable<MessageId>,
): Generator<void, UnknownMessage[]> {
  const prefixes = unpackKeys(frame.prefixes);
  if (prefixes?.length !== frame.ages.length || prefixes.length > MAX_MESSAGES) {
    throw new Violation('bad-message', 'a broken past, or more than anybody remembers');
  }
  const unknown = new Map<number, number>();
  for (const [i, age] of frame.ages.entries()) {
    if (age >= forgottenAfterMs && age + SKEW_MS < past.reach) unknown.set(prefixes[i] as number, age);
  }
  for (const { prefix, age } of suspects) unknown.set(prefix, age);
  for (const { prefix } of past.messages) unknown.delete(prefix);
  if (unknown.size === 0) return [];
  let looked = 0;
  for (const id of seenIds()) {
    unknown.delete(idPrefix(id));
    if (++looked % IDS_PER_LOOK === 0) yield;
  }
  return [...unknown].map(([prefix, age]) => ({ prefix, age }));
}
