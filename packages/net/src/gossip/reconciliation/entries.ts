import { type LossEntry, messageIdToBytes, type WindowEntry } from '@grapevine/proto';

/** A payload that was here, and whose time is over. */
interface ExpiredEntry extends LossEntry {
  readonly expired: true;
}

/** What a session compares: a payload of the window, one whose time is over, or one that was told lost. */
export type Entry = WindowEntry | ExpiredEntry | LossEntry;

/** All of them, while they are walked through. */
export function* entriesOf(
  window: Iterable<WindowEntry>,
  expired: Iterable<LossEntry>,
  losses: Iterable<LossEntry>,
): Generator<Entry, void> {
  yield* window;
  for (const { id, age } of expired) yield { id, age, expired: true };
  yield* losses;
}

/** Whether a payload may be had, as far as we know. The others are reported as lost to those who have never had them. */
export function isPayload(entry: Entry): entry is WindowEntry {
  return 'round' in entry;
}

/** Whether a payload was here whose time is over. */
export function isExpired(entry: Entry): entry is ExpiredEntry {
  return 'expired' in entry;
}

/**
 * What an entry's key is made of. A loss has another key than the payload: a node that has told a payload lost has not got it, and a node that has
 * it has not told.
 */
export function keyBytes(entry: Entry): Uint8Array {
  const bytes = messageIdToBytes(entry.id);
  if (!isPayload(entry) && !isExpired(entry)) bytes[0] = (bytes[0] as number) ^ 0xff;
  return bytes;
}
