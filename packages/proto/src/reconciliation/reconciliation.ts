import { DecodeError, Reader } from '@grapevine/postcard';
import { anInteger, anObjectWith, checkOptions, someBytes } from '../check/index.js';
import { ReconciliationError } from './error.js';
import { FrameWriter, KEY_BYTES, KEYS_PER_ENTRY, MAX_FRAME_LENGTH, readInteger, readKeys } from './frame.js';
import { SALT_LENGTH } from './half-sip-hash.js';
import type { KeySet } from './key-set.js';
import { add, FINGERPRINT_BYTES, fingerprint, indexes, MAX_DEPTH, part, type Range, ROOT } from './range.js';

/** A range with at most this many keys is listed, a larger one divided. Well above what a part has, since parts vary. */
const LISTED = 48;
/** Keys that a part is meant to have. */
const KEYS_PER_PART = 16;
/** Into 2^6 parts at once at most. */
const MAX_SPLIT_BITS = 6;
/** The opening divides everything into 2^3 parts, unless listing takes no more bytes. */
const OPENING_BITS = 3;
/** A set of at most this many ids is listed in the opening. */
const OPENING_LISTED = 4;

/** Most ids that a peer may say it has. */
const DEFAULT_MAX_IDS = 1_048_576;

/** What one side of a session allows. */
export interface ReconciliationLimits {
  /** Most ids of the peer. Default 1,048,576. */
  readonly maxIds?: number;
}

/** What both sides of a settled session know, each from its own side. */
export interface Difference {
  /** Keys that the peer has and we have not. */
  readonly lacking: readonly number[];
  /** Keys that we have and the peer has not. */
  readonly surplus: readonly number[];
  /** Whether the sums of the sets confirm that this is all. If not (two different ranges had equal fingerprints), begin another session. */
  readonly exact: boolean;
}

/** What we have sent and the peer has not answered yet. */
type Question =
  /** The fingerprints of the parts of a range. */
  | { readonly type: 'split'; readonly range: Range; readonly bits: number; next: number }
  /** All our keys in a range. */
  | { readonly type: 'list'; readonly range: Range; readonly keys: Float64Array; continued: boolean };

/**
 * One side of a session in which two sets are compared: range-based set reconciliation (Aljoscha Meyer, "Range-Based Set Reconciliation", SRDS 2023)
 * over salted keys, whose ranges are divided evenly, so that no bounds travel. Frames go in, frames come out. What the frames of one side ask, the
 * frames of the other answer, in the same order. The format is in `docs/reconciliation.md`.
 *
 * @example
 * ```ts
 * const session = Reconciliation.begin(set);
 * send(session.opening());
 * while (!session.settled) for (const answer of session.receive(await nextFrame())) send(answer);
 * session.difference(); // { lacking, surplus, exact }
 * ```
 */
export class Reconciliation {
  readonly #set: KeySet;
  readonly #initiator: boolean;
  readonly #maxIds: number;
  readonly #out = new FrameWriter();
  readonly #lacking: number[] = [];
  readonly #surplus: number[] = [];
  #questions: Question[] = [];
  #peer: { readonly size: number; readonly sum: number } | undefined;
  #receivedKeys = 0;
  #over = false;

  private constructor(set: KeySet, initiator: boolean, limits: ReconciliationLimits) {
    CHECK: anObjectWith('a KeySet', 'sumBetween', 'positionsOf')('set', set);
    CHECK: checkOptions('Reconciliation', limits, { maxIds: anInteger(0) });
    this.#set = set;
    this.#initiator = initiator;
    this.#maxIds = limits.maxIds ?? DEFAULT_MAX_IDS;
  }

  /** The side that begins; its set has a new salt. */
  static begin(set: KeySet, limits: ReconciliationLimits = {}): Reconciliation {
    return new Reconciliation(set, true, limits);
  }

  /** The side that answers; its set has the salt of the opening: {@link saltOf}. It receives the opening like any frame. */
  static answer(set: KeySet, limits: ReconciliationLimits = {}): Reconciliation {
    return new Reconciliation(set, false, limits);
  }

  /** Whether both sides are known. No frame may come after that. */
  get settled(): boolean {
    return this.#peer !== undefined && this.#questions.length === 0 && !this.#over;
  }

  /** The first frame of a session. */
  opening(): Uint8Array {
    if (!this.#initiator || this.#questions.length > 0) throw new Error('one side opens a session, and once');
    this.#writeHeader();
    if (this.#set.size <= OPENING_LISTED) this.#writeList(ROOT, 0, this.#set.size);
    else this.#writeSplit(ROOT, OPENING_BITS);
    const [frame] = this.#out.rest();
    return frame as Uint8Array;
  }

  /**
   * Takes a frame. @returns the frames to answer with, made as they are taken out: take out all of them before the next frame goes in
   *
   * @throws ReconciliationError while the answers are taken out; the session is over then
   */
  receive(frame: Uint8Array): Generator<Uint8Array, void, undefined> {
    CHECK: someBytes('frame', frame);
    return this.#receive(frame);
  }

  *#receive(frame: Uint8Array): Generator<Uint8Array, void, undefined> {
    const done = this.#over || this.settled;
    this.#over = true; // until the frame is through
    if (done) throw new ReconciliationError('unexpected', 'a frame after the end of the session');
    if (frame.length > MAX_FRAME_LENGTH) throw new ReconciliationError('limit', `a frame of ${frame.length} bytes`);
    try {
      yield* this.#answer(new Reader(frame));
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      throw new ReconciliationError('malformed', error.message, { cause: error });
    }
    this.#over = false;
  }

  /** The result. @throws Error before the session is settled */
  difference(): Difference {
    const peer = this.#peer;
    if (!peer || !this.settled) throw new Error('the session is not settled');
    const lacking = this.#lacking;
    const surplus = this.#surplus;
    const exact =
      this.#set.size + lacking.length === peer.size + surplus.length &&
      lacking.reduce(add, this.#set.sum) === surplus.reduce(add, peer.sum);
    return { lacking, surplus, exact };
  }

  *#answer(reader: Reader): Generator<Uint8Array, void, undefined> {
    const asked = this.#questions.length; // the peer can't have heard yet what is asked from here on
    if (!this.#peer) {
      this.#readHeader(reader);
      if (!this.#initiator) {
        this.#writeHeader();
        yield* this.#readItem(reader, ROOT);
      }
    } else if (reader.offset === reader.bytes.length) {
      throw new ReconciliationError('malformed', 'an empty frame');
    }
    let answered = 0;
    while (reader.offset < reader.bytes.length) {
      const question = this.#questions[answered];
      if (!question || answered === asked) throw new ReconciliationError('unexpected', 'an answer to nothing');
      const done =
        question.type === 'list' ? this.#readDifference(reader, question) : yield* this.#readParts(reader, question);
      if (done) answered++;
    }
    this.#questions = this.#questions.slice(answered);
    yield* this.#out.rest();
  }

  // A header: how many ids there are, and the sum of their keys. The initiator's salt goes before it.

  #writeHeader(): void {
    if (this.#initiator) this.#out.raw(this.#set.salt);
    this.#out.varint(this.#set.size);
    this.#out.integer(this.#set.sum, KEY_BYTES);
  }

  #readHeader(reader: Reader): void {
    if (!this.#initiator) reader.skip(SALT_LENGTH);
    const size = reader.u32();
    if (size > this.#maxIds) throw new ReconciliationError('limit', `the peer says that it has ${size} ids`);
    this.#peer = { size, sum: readInteger(reader, KEY_BYTES) };
  }

  // An item is what a side knows of a range: a list of its keys (2 times their number), or the fingerprints of its parts (2 times the bits, plus 1).

  #writeItem(range: Range): void {
    const { start, end } = indexes(this.#set, range);
    const room = MAX_DEPTH - range.depth;
    if (end - start <= LISTED || room === 0)
      return this.#writeList(range, start, Math.min(end, start + KEYS_PER_ENTRY));
    const bits = Math.round(Math.log2((end - start) / KEYS_PER_PART));
    this.#writeSplit(range, Math.max(1, Math.min(bits, room, MAX_SPLIT_BITS)));
  }

  #writeList(range: Range, start: number, end: number): void {
    const keys = this.#set.slice(start, end);
    this.#out.varint(2 * keys.length);
    this.#out.keys(range, keys);
    this.#questions.push({ type: 'list', range, keys, continued: false });
  }

  #writeSplit(range: Range, bits: number): void {
    this.#out.varint(2 * bits + 1);
    for (let i = 0; i < 2 ** bits; i++) {
      this.#out.integer(fingerprint(this.#set, part(range, bits, i)), FINGERPRINT_BYTES);
    }
    this.#questions.push({ type: 'split', range, bits, next: 0 });
  }

  *#readItem(reader: Reader, range: Range): Generator<Uint8Array, void, undefined> {
    const head = reader.u32();
    if (head % 2 === 0) {
      yield* this.#compare(range, this.#readKeys(reader, range, head / 2));
      return;
    }
    const bits = (head - 1) / 2;
    if (bits < 1 || bits > MAX_SPLIT_BITS || range.depth + bits > MAX_DEPTH) {
      throw new ReconciliationError('limit', `a range of depth ${range.depth} in 2^${bits} parts`);
    }
    yield* this.#compareParts(reader, range, bits);
  }

  #readKeys(reader: Reader, range: Range, count: number): number[] {
    const keys = readKeys(reader, range, count);
    this.#receivedKeys += keys.length;
    if (this.#receivedKeys > (this.#peer?.size ?? 0)) {
      throw new ReconciliationError('limit', 'the peer has more keys than it says it has');
    }
    return keys;
  }

  // Parts are answered in order: how many of the next are equal, and then, unless they all are, an item for one that is not.

  *#compareParts(reader: Reader, range: Range, bits: number): Generator<Uint8Array, void, undefined> {
    let equal = 0;
    for (let i = 0; i < 2 ** bits; i++) {
      const child = part(range, bits, i);
      if (readInteger(reader, FINGERPRINT_BYTES) === fingerprint(this.#set, child)) {
        equal++;
        continue;
      }
      this.#out.varint(equal);
      equal = 0;
      this.#writeItem(child);
      yield* this.#out.full();
    }
    if (equal > 0) this.#out.varint(equal);
    yield* this.#out.full();
  }

  /** @returns whether all parts are answered now */
  *#readParts(
    reader: Reader,
    question: Extract<Question, { type: 'split' }>,
  ): Generator<Uint8Array, boolean, undefined> {
    const { range, bits } = question;
    const count = 2 ** bits;
    const equal = reader.u32();
    question.next += equal;
    if (question.next > count) throw new ReconciliationError('malformed', 'more equal parts than parts');
    if (question.next === count) return true;
    yield* this.#readItem(reader, part(range, bits, question.next++));
    return question.next === count;
  }

  // A list is answered by a bit for each of its keys (set: the answering side lacks it) and by the keys that the list lacks, in one entry or several.

  *#compare(range: Range, theirs: readonly number[]): Generator<Uint8Array, void, undefined> {
    const { start, end } = indexes(this.#set, range);
    const ours = this.#set.slice(start, end);
    const bits = new Uint8Array(Math.ceil(theirs.length / 8));
    const surplus: number[] = [];
    let at = 0;
    for (const [i, key] of theirs.entries()) {
      while (at < ours.length && (ours[at] as number) < key) surplus.push(ours[at++] as number);
      if (ours[at] === key) {
        at++;
        continue;
      }
      bits[i >> 3] = (bits[i >> 3] as number) | (1 << (i & 7));
      this.#lacking.push(key);
    }
    for (; at < ours.length; at++) surplus.push(ours[at] as number);
    this.#out.raw(bits);
    for (let first = 0; ; first += KEYS_PER_ENTRY) {
      const keys = surplus.slice(first, first + KEYS_PER_ENTRY);
      const more = first + KEYS_PER_ENTRY < surplus.length;
      this.#out.varint(2 * keys.length + (more ? 1 : 0));
      this.#out.keys(range, keys);
      yield* this.#out.full();
      if (!more) break;
    }
    for (const key of surplus) this.#surplus.push(key);
  }

  /** @returns whether the list is answered now */
  #readDifference(reader: Reader, question: Extract<Question, { type: 'list' }>): boolean {
    const { range, keys, continued } = question;
    if (!continued) {
      const bits = reader.raw(Math.ceil(keys.length / 8));
      if (keys.length % 8 > 0 && (bits[bits.length - 1] as number) >> (keys.length % 8) !== 0) {
        throw new ReconciliationError('malformed', 'more bits than keys');
      }
      for (const [i, key] of keys.entries()) {
        if ((((bits[i >> 3] as number) >> (i & 7)) & 1) === 1) this.#surplus.push(key);
      }
    }
    const head = reader.u32();
    const more = head % 2 === 1;
    const count = (head - (more ? 1 : 0)) / 2;
    if (more && count === 0) throw new ReconciliationError('malformed', 'more keys after none');
    for (const key of this.#readKeys(reader, range, count)) this.#lacking.push(key);
    question.continued = true;
    return !more;
  }
}

/** The salt of an opening. @throws ReconciliationError when it is too short to have one */
export function saltOf(opening: Uint8Array): Uint8Array {
  CHECK: someBytes('opening', opening);
  if (opening.length < SALT_LENGTH) throw new ReconciliationError('malformed', 'an opening without a salt');
  return opening.slice(0, SALT_LENGTH);
}
