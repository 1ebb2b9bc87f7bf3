import type { Reader, Writer } from '@grapevine/postcard';

declare const brand: unique symbol;

/**
 * Names the tree along which a payload travels: 32 bits that its publisher has drawn for a topic and a session. It proves
 * nothing: two publishers with one tag share a tree.
 */
export type RootTag = number & { readonly [brand]: 'RootTag' };

/**
 * The first byte behind a message that carries tags. The reference ignores whatever follows a message, and we ignore what begins with another byte:
 * it may be somebody else's extension.
 */
const MARKER = 0xb7;
/** Instead of {@link MARKER} behind a payload: its publisher is a guest on the tree of another. */
const GUEST_MARKER = 0xb8;
/** Bytes of a tag. */
const TAG_LENGTH = 4;
/** Bytes that a tag takes behind a message: the marker and the tag. */
export const TRAILER_LENGTH = 1 + TAG_LENGTH;

/** Anything that may say which tree it is about. */
export interface Tagged {
  readonly tag?: RootTag | undefined;
}

/** Which tree a payload travels along. */
export interface Route extends Tagged {
  /** Set where its publisher is a guest on the tree of another. Such a payload says nothing about where that tree's payloads come from. */
  readonly guest?: true | undefined;
}

const NO_ROUTE: Route = {};

/** The tag of these 32 bits. */
export function rootTag(bits: number): RootTag {
  return (bits >>> 0) as RootTag;
}

function writeTag(writer: Writer, tag: RootTag): void {
  writer.byte(tag >>> 24);
  writer.byte((tag >>> 16) & 0xff);
  writer.byte((tag >>> 8) & 0xff);
  writer.byte(tag & 0xff);
}

function tagAt(bytes: Uint8Array, at: number): RootTag {
  const byte = (i: number): number => bytes[at + i] as number;
  return rootTag((byte(0) << 24) | (byte(1) << 16) | (byte(2) << 8) | byte(3));
}

/** The length of {@link writeTrailer}. */
export function trailerSize(tag: RootTag | undefined): number {
  return tag === undefined ? 0 : TRAILER_LENGTH;
}

/** Writes a tag behind a message; nothing without a tag. */
export function writeTrailer(writer: Writer, tag: RootTag | undefined): void {
  if (tag === undefined) return;
  writer.byte(MARKER);
  writeTag(writer, tag);
}

/** Writes behind a payload which tree it travels along. */
export function writeRoute(writer: Writer, { tag, guest }: Route): void {
  if (tag === undefined) return;
  writer.byte(guest === true ? GUEST_MARKER : MARKER);
  writeTag(writer, tag);
}

/** Which tree a payload travels along, from what stands behind it. See {@link readTrailer}. */
export function readRoute(reader: Reader): Route {
  const { bytes, offset } = reader;
  if (bytes.length - offset !== TRAILER_LENGTH || bytes[offset] !== GUEST_MARKER) {
    const tag = readTrailer(reader);
    return tag === undefined ? NO_ROUTE : { tag };
  }
  reader.offset = bytes.length;
  return { tag: tagAt(bytes, offset + 1), guest: true };
}

/** The tag behind a message, which must be the last thing in the input. Anything else there stays unread and means nothing. */
export function readTrailer(reader: Reader): RootTag | undefined {
  const { bytes, offset } = reader;
  if (bytes.length - offset !== TRAILER_LENGTH || bytes[offset] !== MARKER) return undefined;
  reader.offset = bytes.length;
  return tagAt(bytes, offset + 1);
}

/** The different tags of a list, each with its place, from 1; 0 stands for "no tag". */
function tableOf(entries: readonly Tagged[]): Map<RootTag, number> {
  const table = new Map<RootTag, number>();
  for (const { tag } of entries) if (tag !== undefined && !table.has(tag)) table.set(tag, table.size + 1);
  return table;
}

/** The length of {@link writeTagTable}. */
export function tagTableSize(entries: readonly Tagged[]): number {
  const table = tableOf(entries);
  if (table.size === 0) return 0;
  let size = 1 + varintSize(table.size) + TAG_LENGTH * table.size;
  for (const { tag } of entries) size += varintSize(tag === undefined ? 0 : (table.get(tag) as number));
  return size;
}

/** Writes the tags of a list behind it: a table of the different ones, then one index for each entry. */
export function writeTagTable(writer: Writer, entries: readonly Tagged[]): void {
  const table = tableOf(entries);
  if (table.size === 0) return;
  writer.byte(MARKER);
  writer.varint(table.size);
  for (const tag of table.keys()) writeTag(writer, tag);
  for (const { tag } of entries) writer.varint(tag === undefined ? 0 : (table.get(tag) as number));
}

/**
 * The tag of each entry of a list that has just been read, from what stands behind it; `undefined` when that is no table of tags for this many
 * entries; it then stays unread and means nothing.
 */
export function readTagTable(reader: Reader, entries: number): readonly (RootTag | undefined)[] | undefined {
  const { bytes } = reader;
  const start = reader.offset;
  if (bytes[start] !== MARKER) return undefined;
  const at = { offset: start + 1 };
  const count = shortVarint(bytes, at);
  if (count === undefined || count === 0 || count > entries) return undefined;
  const table = at.offset;
  at.offset += TAG_LENGTH * count;
  const tags: (RootTag | undefined)[] = [];
  for (let i = 0; i < entries; i++) {
    const index = shortVarint(bytes, at);
    if (index === undefined || index > count) return undefined;
    tags.push(index === 0 ? undefined : tagAt(bytes, table + TAG_LENGTH * (index - 1)));
  }
  if (at.offset !== bytes.length) return undefined;
  reader.offset = at.offset;
  return tags;
}

/** A varint of one or two bytes; a list of more than 16,383 entries fits into no frame. */
function shortVarint(bytes: Uint8Array, at: { offset: number }): number | undefined {
  const first = bytes[at.offset++];
  if (first === undefined || first < 0x80) return first;
  const second = bytes[at.offset++];
  return second === undefined || second >= 0x80 ? undefined : (first & 0x7f) | (second << 7);
}

function varintSize(value: number): number {
  return value < 0x80 ? 1 : 2;
}

/** What the table takes besides its tags and the indices: the marker and the number of tags. */
const TABLE_HEADER = 1 + 2;

/** Counts what the tags of a growing list take at most. */
export class TagTableMeter {
  readonly #tags = new Set<RootTag>();
  #entries = 0;

  /** What the table takes at most with this entry as well. */
  with({ tag }: Tagged): number {
    const tags = this.#tags.size + (tag === undefined || this.#tags.has(tag) ? 0 : 1);
    return tags === 0 ? 0 : TABLE_HEADER + TAG_LENGTH * tags + (tags < 0x80 ? 1 : 2) * (this.#entries + 1);
  }

  add({ tag }: Tagged): void {
    this.#entries++;
    if (tag !== undefined) this.#tags.add(tag);
  }
}
