import { type IHaveEntry, ihaveChunkLength } from '@grapevine/proto';
import { compareBytes, joinBytes } from '../../util/bytes.js';
import { encodeFrame, PREFIX_LENGTH } from '../wire.js';
import { WriteBarriers } from './write-barriers.js';

/** Frames are joined into writes of about this size. */
const WRITE_BYTES = 64 * 1024;

/** Announcements that are kept for a peer that takes nothing. */
const MAX_ANNOUNCEMENTS = 10_000;

/** What a queue needs of its sender. */
export interface SendQueueHost {
  /** Longest message that the peer takes, in bytes. */
  peerLimit(): number;
  /** The number of queued bytes has changed by this much. */
  changed(delta: number): void;
  /** This many announcements were dropped, because the peer takes nothing. */
  overflowed(announcements: number): void;
}

/**
 * What waits to be sent about one topic on one connection, in the order in which it is written: control messages first, because they are small and
 * decide who gets payloads at all; then announcements, which cost little; then payloads; and at the end a last frame.
 */
export class SendQueue {
  readonly #host: SendQueueHost;
  #control: Uint8Array[] = [];
  #payloads: Uint8Array[] = [];
  #announcements: IHaveEntry[] = [];
  #last: Uint8Array | undefined;
  #bytes = 0;
  #barriers: WriteBarriers | undefined;
  /** Bytes of the largest message that was taken out since this was set to 0. */
  largest = 0;

  constructor(host: SendQueueHost) {
    this.#host = host;
  }

  /** Announcements do not count: they have no bytes before they are written. */
  get bytes(): number {
    return this.#bytes;
  }

  /** How many messages wait. */
  get size(): number {
    return this.#control.length + this.#payloads.length + this.#announcements.length + (this.#last ? 1 : 0);
  }

  /** Whether there is a frame that follows all others. */
  get hasLast(): boolean {
    return this.#last !== undefined;
  }

  /**
   * Adds a frame, unless the latest one is equal: joins are repeated until somebody answers, however long they wait here.
   *
   * @returns whether it was added
   */
  addControl(frame: Uint8Array): boolean {
    const previous = this.#control.at(-1);
    if (previous && compareBytes(previous, frame) === 0) return false;
    this.#control.push(frame);
    this.#count(frame.length);
    return true;
  }

  addPayload(frame: Uint8Array): void {
    this.#payloads.push(frame);
    this.#count(frame.length);
  }

  /** Costs 35 bytes once it is written. */
  addAnnouncement(entry: IHaveEntry): void {
    if (this.#announcements.length >= MAX_ANNOUNCEMENTS) {
      this.#announcements = [];
      this.#barriers?.end(false);
      this.#host.overflowed(MAX_ANNOUNCEMENTS);
    }
    this.#announcements.push(entry);
  }

  /** A frame that follows all others, also those that are added later. */
  setLast(frame: Uint8Array): void {
    this.#last = frame;
    this.#count(frame.length);
  }

  /** Settles when the payloads and announcements that are queued now were taken out to be written. @returns whether they were */
  written(): Promise<boolean> {
    if (this.#payloads.length + this.#announcements.length === 0) return Promise.resolve(true);
    this.#barriers ??= new WriteBarriers();
    return this.#barriers.add(this.#payloads.length, this.#announcements.length);
  }

  /** Moves everything behind what waits in another queue. */
  moveTo(other: SendQueue): void {
    const [control, payloads, announcements, last] = [this.#control, this.#payloads, this.#announcements, this.#last];
    const barriers = this.#barriers;
    this.#barriers = undefined;
    this.clear();
    for (const frame of control) other.addControl(frame);
    for (const frame of payloads) other.addPayload(frame);
    for (const entry of announcements) other.addAnnouncement(entry);
    if (last) other.setLast(last);
    barriers?.end(other.written());
  }

  /** Takes out the next frames, joined. @param header goes before them */
  take(header: Uint8Array | undefined): Uint8Array {
    return this.#onlyPayload(header) ?? this.#joinedFrames(header);
  }

  /** Drops everything. */
  clear(): void {
    this.#barriers?.end(false);
    this.#control = [];
    this.#payloads = [];
    this.#announcements = [];
    this.#last = undefined;
    this.#count(-this.#bytes);
  }

  /** Where payloads come one by one, usually a single one waits: it goes out as it is, without a copy. */
  #onlyPayload(header: Uint8Array | undefined): Uint8Array | undefined {
    if (header || this.#last || this.#payloads.length !== 1) return undefined;
    if (this.#control.length + this.#announcements.length > 0) return undefined;
    const frame = this.#payloads.pop() as Uint8Array;
    this.largest = Math.max(this.largest, frame.length - PREFIX_LENGTH);
    this.#count(-frame.length);
    this.#barriers?.written(1, 0);
    return frame;
  }

  #joinedFrames(header: Uint8Array | undefined): Uint8Array {
    const frames: Uint8Array[] = [];
    let length = 0;
    const add = (frame: Uint8Array): void => {
      frames.push(frame);
      length += frame.length;
      this.largest = Math.max(this.largest, frame.length - PREFIX_LENGTH);
    };
    const take = (queue: Uint8Array[]): void => {
      let taken = 0;
      while (taken < queue.length && length < WRITE_BYTES) add(queue[taken++] as Uint8Array);
      queue.splice(0, taken);
    };
    const [payloads, entries] = [this.#payloads.length, this.#announcements.length];
    if (header) add(header);
    take(this.#control);
    const counted = length;
    const announcements = this.#announcements;
    while (announcements.length > 0 && length < WRITE_BYTES) {
      const messages = announcements.splice(0, ihaveChunkLength(announcements, 0, this.#host.peerLimit()));
      add(encodeFrame({ type: 'ihave', messages }));
    }
    const uncounted = length - counted + (header?.length ?? 0);
    take(this.#payloads);
    if (this.#last && length < WRITE_BYTES) {
      add(this.#last);
      this.#last = undefined;
    }
    this.#count(uncounted - length);
    this.#barriers?.written(payloads - this.#payloads.length, entries - this.#announcements.length);
    return frames.length === 1 ? (frames[0] as Uint8Array) : joinBytes(frames, length);
  }

  #count(delta: number): void {
    if (delta === 0) return;
    this.#bytes += delta;
    this.#host.changed(delta);
  }
}
