import { BadVariantError, bytes, type EnumSchema, type Reader, u16, type Writer } from '@grapevine/postcard';
import type { DeliveryScope, IHaveEntry, PlumTreeMessage } from './message.js';
import { type MessageId, messageIdSchema } from './message-id.js';
import {
  type RootTag,
  readRoute,
  readTagTable,
  readTrailer,
  tagTableSize,
  trailerSize,
  writeRoute,
  writeTagTable,
  writeTrailer,
} from './root-tag.js';

// Every payload and every announcement passes through here, so this layout is written out by hand: object literals and
// direct calls, twice as fast as the general combinators (which the tests compare it with, byte for byte).

const GOSSIP = 0;
const PRUNE = 1;
const GRAFT = 2;
const IHAVE = 3;
const SWARM = 0;
const NEIGHBORS = 1;

const PRUNE_MESSAGE: PlumTreeMessage = Object.freeze({ type: 'prune' });
const NEIGHBORS_SCOPE: DeliveryScope = Object.freeze({ type: 'neighbors' });

function scopeSize(scope: DeliveryScope): number {
  switch (scope.type) {
    case 'swarm':
      return 1 + u16.size(scope.round);
    case 'neighbors':
      return 1;
    default:
      throw new TypeError(
        `the enum has no variant ${JSON.stringify((scope satisfies never as { type?: unknown }).type)}`,
      );
  }
}

function writeScope(writer: Writer, scope: DeliveryScope): void {
  switch (scope.type) {
    case 'swarm':
      writer.byte(SWARM);
      writer.varint(scope.round);
      break;
    case 'neighbors':
      writer.byte(NEIGHBORS);
      break;
  }
}

function readScope(reader: Reader): DeliveryScope {
  const { offset } = reader;
  const discriminant = reader.u32();
  switch (discriminant) {
    case SWARM:
      return { type: 'swarm', round: reader.u16() };
    case NEIGHBORS:
      return NEIGHBORS_SCOPE;
    default:
      throw new BadVariantError(`no delivery scope has discriminant ${discriminant}`, offset);
  }
}

function readOptionalId(reader: Reader): MessageId | undefined {
  return reader.optionTag() ? messageIdSchema.read(reader) : undefined;
}

function readEntries(reader: Reader): readonly IHaveEntry[] {
  const count = reader.count();
  const entries: IHaveEntry[] = [];
  for (let i = 0; i < count; i++) entries.push({ id: messageIdSchema.read(reader), round: reader.u16() });
  const tags = readTagTable(reader, count);
  if (tags === undefined) return entries;
  return entries.map((entry, i) =>
    tags[i] === undefined ? entry : { id: entry.id, round: entry.round, tag: tags[i] },
  );
}

function readPrune(tag: RootTag | undefined): PlumTreeMessage {
  return tag === undefined ? PRUNE_MESSAGE : { type: 'prune', tag };
}

function entriesSize(entries: readonly IHaveEntry[]): number {
  if (!Array.isArray(entries)) throw new TypeError(`seq must be an array, got ${typeof entries}`);
  const { length } = entries;
  let total = length < 0x80 ? 1 : length < 0x4000 ? 2 : 3;
  for (const { id, round } of entries) total += messageIdSchema.size(id) + u16.size(round);
  return total;
}

/** Messages of the broadcast layer on the wire (`plumtree::Message`). */
export const plumTreeMessage: EnumSchema<PlumTreeMessage> = {
  types: ['gossip', 'prune', 'graft', 'ihave'],
  minLength: 1,
  size(message) {
    switch (message.type) {
      case 'gossip':
        return (
          1 +
          messageIdSchema.size(message.id) +
          bytes.size(message.content) +
          scopeSize(message.scope) +
          trailerSize(message.tag)
        );
      case 'prune':
        return 1 + trailerSize(message.tag);
      case 'graft':
        return (
          (message.id === undefined ? 2 : 2 + messageIdSchema.size(message.id)) +
          u16.size(message.round) +
          trailerSize(message.tag)
        );
      case 'ihave':
        return 1 + entriesSize(message.messages) + tagTableSize(message.messages);
    }
  },
  write(writer: Writer, message) {
    switch (message.type) {
      case 'gossip':
        writer.byte(GOSSIP);
        messageIdSchema.write(writer, message.id);
        bytes.write(writer, message.content);
        writeScope(writer, message.scope);
        writeRoute(writer, message);
        break;
      case 'prune':
        writer.byte(PRUNE);
        writeTrailer(writer, message.tag);
        break;
      case 'graft':
        writer.byte(GRAFT);
        if (message.id === undefined) {
          writer.byte(0);
        } else {
          writer.byte(1);
          messageIdSchema.write(writer, message.id);
        }
        writer.varint(message.round);
        writeTrailer(writer, message.tag);
        break;
      case 'ihave':
        writer.byte(IHAVE);
        writer.varint(message.messages.length);
        for (const { id, round } of message.messages) {
          messageIdSchema.write(writer, id);
          writer.varint(round);
        }
        writeTagTable(writer, message.messages);
        break;
    }
  },
  read(reader: Reader) {
    const { offset } = reader;
    const discriminant = reader.u32();
    switch (discriminant) {
      case GOSSIP: {
        const id = messageIdSchema.read(reader);
        const content = bytes.read(reader);
        const scope = readScope(reader);
        const { tag, guest } = readRoute(reader);
        if (tag === undefined) return { type: 'gossip', id, content, scope };
        return guest === undefined
          ? { type: 'gossip', id, content, scope, tag }
          : { type: 'gossip', id, content, scope, tag, guest };
      }
      case PRUNE:
        return readPrune(readTrailer(reader));
      case GRAFT: {
        const id = readOptionalId(reader);
        const round = reader.u16();
        const tag = readTrailer(reader);
        return tag === undefined ? { type: 'graft', id, round } : { type: 'graft', id, round, tag };
      }
      case IHAVE:
        return { type: 'ihave', messages: readEntries(reader) };
      default:
        throw new BadVariantError(`no broadcast message has discriminant ${discriminant}`, offset);
    }
  },
};
