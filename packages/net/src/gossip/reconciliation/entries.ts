import { type LossEntry, messageIdToBytes, type WindowEntry } from '@grapevine/proto';

/** A payload that was here, and whose time is over. */
interface ExpiredEntry extends LossEntry {
  readonly expired: true;
}

/** What a session compares: a payload of the window, one whose time is over, or one that was told lost. */
export type Entry = WindowEntry | ExpiredEntry | LossEntry;

/** All entries, one after the other. */
export function* entriesOf(
  window: Iterable<WindowEntry>,
  expired: Iterable<LossEntry>,
  losses: Iterable<LossEntry>,
): Generator<Entry, void> {
  yield* window;
  for (const { id, age } of expired) yield { id, age, expired: true };
  yield* losses;
}

/** Whether a payload may still be had, as far as we know. The others are reported as lost to peers that never had them. */
export function isPayload(entry: Entry): entry is WindowEntry {
  return 'round' in entry;
}

/** Whether a payload was here whose time is over. */
function isExpired(entry: Entry): entry is ExpiredEntry {
  return 'expired' in entry;
}

/**
 * The bytes that an entry's key is made of. A loss has another key than its payload: a node that has told its subscribers of the loss does not have
 * the payload, and a node that has the payload has told nothing.
 */
export function keyBytes(entry: Entry): Uint8Array {
  const bytes = messageIdToBytes(entry.id);
  if (!isPayload(entry) && !isExpired(entry)) bytes[0] = (bytes[0] as number) ^ 0xff;
  return bytes;
}
