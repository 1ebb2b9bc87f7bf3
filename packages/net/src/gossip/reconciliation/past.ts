import { type DistantPast, idPrefix, type MessageId } from '@grapevine/proto';
import { Violation } from './errors.js';
import { type Frame, packKeys, unpackKeys } from './frames.js';
import { IDS_PER_LOOK } from './serving.js';

type PastFrame = Extract<Frame, { type: 'past' }>;

/** Messages that one frame names. Twice as many as we remember: a later version may remember more. */
const MAX_MESSAGES = 64;
const MAX_AGE = 0xffff_ffff;
/** What has just come to be known within the reach of one node may have come a moment earlier to another. In milliseconds. */
const SKEW_MS = 10_000;

/** What a peer is told of our past: payloads that were here, and that are compared no more. @param forgottenAfterMs since when they are not */
export function pastFrame({ messages }: DistantPast, forgottenAfterMs: number): PastFrame | undefined {
  const told = messages.filter(({ age, wasHere }) => wasHere && age >= forgottenAfterMs);
  if (told.length === 0) return undefined;
  return {
    type: 'past',
    prefixes: packKeys(told.map(({ prefix }) => prefix)),
    ages: told.map(({ age }) => Math.min(MAX_AGE, Math.round(age))),
  };
}

/**
 * Looks for messages that a peer knows from a time of which we know all, and that we do not know. What is still compared is not looked at: a peer could have us
 * tell of losses every ten seconds by naming what it invents as recent.
 *
 * @param seenIds all ids that are known otherwise; they are walked through in slices, and only where it is needed
 * @returns their ages, in milliseconds @throws Violation when the peer names more than it may
 */
export function* unknownPast(
  frame: PastFrame,
  past: DistantPast,
  forgottenAfterMs: number,
  seenIds: () => Iterable<MessageId>,
): Generator<void, number[]> {
  const prefixes = unpackKeys(frame.prefixes);
  if (prefixes?.length !== frame.ages.length || prefixes.length > MAX_MESSAGES) {
    throw new Violation('bad-message', 'a broken past, or more than anybody remembers');
  }
  const unknown = new Map<number, number>();
  for (const [i, age] of frame.ages.entries()) {
    if (age >= forgottenAfterMs && age + SKEW_MS < past.reach) unknown.set(prefixes[i] as number, age);
  }
  for (const { prefix } of past.messages) unknown.delete(prefix);
  if (unknown.size === 0) return [];
  let looked = 0;
  for (const id of seenIds()) {
    unknown.delete(idPrefix(id));
    if (++looked % IDS_PER_LOOK === 0) yield;
  }
  return [...unknown.values()];
}
