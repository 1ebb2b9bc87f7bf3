import {
  bool,
  bytes,
  decode,
  encodedLength,
  encodeInto,
  enumOf,
  type Infer,
  seq,
  struct,
  u16,
  u32,
} from '@grapevine/postcard';
import { messageIdSchema, topicIdSchema } from '@grapevine/proto';

/**
 * The frames of a session, in both directions of one stream: a length of four bytes (big-endian), then postcard. The format and the course of a
 * session are written down in `docs/reconciliation.md`.
 */
const frameSchema = enumOf({
  /**
   * First, by the initiator: the topic, below which age both leave payloads out because they may still be under way (milliseconds), and the opening
   * of the comparison.
   */
  open: { topic: topicIdSchema, youngerThan: u32, opening: bytes },
  /** A frame of `@grapevine/proto/reconciliation`. */
  compare: { frame: bytes },
  /**
   * After the comparison, by each side: the keys of the payloads that it wants, six bytes each, the longest content that it takes, and whether these
   * are the last keys.
   */
  want: { last: bool, limit: u32, keys: bytes },
  /** A payload that was wanted: for how long the sender has had it (milliseconds), and the round in which it passes it on. */
  payload: { age: u32, round: u16, content: bytes },
  /** Payloads that were wanted, and that the sender has dropped or the receiver would not take. */
  gone: { ids: seq(messageIdSchema) },
  /** Losses that were wanted: payloads that the sender has told its subscribers lost, and how long ago they were known of (milliseconds). */
  lost: { losses: seq(struct({ id: messageIdSchema, age: u32 })) },
  /**
   * Once, before the last *want*: the latest payloads that the sender has had and that are no longer compared. For each the first 48 bits of its id,
   * packed as keys are, and how long ago it came to be known (milliseconds).
   */
  past: { prefixes: bytes, ages: seq(u32) },
});

export type Frame = Infer<typeof frameSchema>;

/** Bytes of a key. */
const KEY_LENGTH = 6;
/** Bytes that a frame takes beyond what it carries: its length, kind, and the varints of the longest header (a topic, or age and round). */
export const FRAME_OVERHEAD = 64;
/** Keys in one frame. */
export const KEYS_PER_FRAME = 4096;
/** Ids in one frame, of payloads that are gone or lost. */
export const IDS_PER_FRAME = 512;

const PREFIX_LENGTH = 4;

/** A frame as it is written to the stream. */
export function encodeFrame(frame: Frame): Uint8Array {
  const length = encodedLength(frameSchema, frame);
  const target = new Uint8Array(PREFIX_LENGTH + length);
  new DataView(target.buffer).setUint32(0, length);
  encodeInto(frameSchema, frame, target, PREFIX_LENGTH);
  return target;
}

/** @param body without its length @throws DecodeError */
export function decodeFrame(body: Uint8Array): Frame {
  return decode(frameSchema, body);
}

/** Keys one after the other, low bytes first. */
export function packKeys(keys: readonly number[]): Uint8Array {
  const packed = new Uint8Array(KEY_LENGTH * keys.length);
  const view = new DataView(packed.buffer);
  for (const [i, key] of keys.entries()) {
    view.setUint32(KEY_LENGTH * i, key % 0x1_0000_0000, true);
    view.setUint16(KEY_LENGTH * i + 4, Math.floor(key / 0x1_0000_0000), true);
  }
  return packed;
}

/** @returns undefined when there is a part of a key at the end */
export function unpackKeys(packed: Uint8Array): number[] | undefined {
  if (packed.length % KEY_LENGTH !== 0) return undefined;
  const view = new DataView(packed.buffer, packed.byteOffset, packed.length);
  const keys: number[] = [];
  for (let at = 0; at < packed.length; at += KEY_LENGTH) {
    keys.push(view.getUint16(at + 4, true) * 0x1_0000_0000 + view.getUint32(at, true));
  }
  return keys;
}
