import { type LossEntry, messageIdToBytes, type WindowEntry } from '@grapevine/proto';

/** What a session compares: a payload of the window, or one that was told lost. */
export type Entry = WindowEntry | LossEntry;

/** Payloads, then losses, while both are walked through. */
export function* entriesOf(window: Iterable<WindowEntry>, losses: Iterable<LossEntry>): Generator<Entry, void> {
  yield* window;
  yield* losses;
}

export function isPayload(entry: Entry): entry is WindowEntry {
  return 'round' in entry;
}

/**
 * What an entry's key is made of. A loss has another key than the payload: a node that has told a payload lost has not got it, and a node that has
 * it has not told.
 */
export function keyBytes(entry: Entry): Uint8Array {
  const bytes = messageIdToBytes(entry.id);
  if (!isPayload(entry)) bytes[0] = (bytes[0] as number) ^ 0xff;
  return bytes;
}
