import type { IHaveEntry } from './message.js';
import { TagTableMeter } from './root-tag.js';

/** The topic id and the outer discriminant, which the reference counts towards every message. */
const REFERENCE_HEADER = 32 + 1;
/** The discriminant of an IHave and the length of its list. */
const IHAVE_HEADER = 1 + 2;
/** A message id and the longest round. */
const IHAVE_ENTRY = 32 + 3;

/**
 * How many announcements from `start` on go into one message for a frame of `maxMessageSize` bytes, tags included. Without tags as many
 * as in the reference. At least one, where there is one.
 *
 * @internal
 */
export function ihaveChunkLength(entries: readonly IHaveEntry[], start: number, maxMessageSize: number): number {
  const space = maxMessageSize - REFERENCE_HEADER - IHAVE_HEADER;
  const most = Math.min(entries.length - start, Math.max(1, Math.floor(space / IHAVE_ENTRY)));
  if (!hasTags(entries, start, most)) return most;
  const meter = new TagTableMeter();
  for (let count = 0; count < most; count++) {
    const entry = entries[start + count] as IHaveEntry;
    if (count > 0 && (count + 1) * IHAVE_ENTRY + meter.with(entry) > space) return count;
    meter.add(entry);
  }
  return most;
}

function hasTags(entries: readonly IHaveEntry[], start: number, count: number): boolean {
  for (let i = start; i < start + count; i++) if (entries[i]?.tag !== undefined) return true;
  return false;
}

/** Divides announcements into messages that fit into frames. See {@link ihaveChunkLength}. */
export function ihaveChunks(entries: readonly IHaveEntry[], maxMessageSize: number): (readonly IHaveEntry[])[] {
  const chunks: (readonly IHaveEntry[])[] = [];
  for (let start = 0; start < entries.length; ) {
    const length = ihaveChunkLength(entries, start, maxMessageSize);
    if (length === entries.length) return [entries];
    chunks.push(entries.slice(start, start + length));
    start += length;
  }
  return chunks;
}
