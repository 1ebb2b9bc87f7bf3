import { type IHaveEntry, ihaveChunkLength, type TopicId } from '@grapevine/proto';
import type { SendStream } from '../../transport/seam.js';
import { compareBytes, joinBytes } from '../../util/bytes.js';
import { encodeFrame, encodeHeader, PREFIX_LENGTH } from '../wire.js';
import type { StreamTurns, StreamUser } from './stream-turns.js';
import { WriteBarriers } from './write-barriers.js';

/** Frames are joined into writes of about this size. */
const WRITE_BYTES = 64 * 1024;

/** Announcements that are kept for a peer that takes nothing. */
const MAX_ANNOUNCEMENTS = 10_000;

/** What a sender tells its link. */
export interface SenderHost {
  readonly turns: StreamTurns;
  now(): number;
  /** Longest message that the peer takes, in bytes. */
  peerLimit(): number;
  /** The number of queued bytes has changed by this much. */
  queued(delta: number): void;
  /** The number of those that wait for their turn to have a stream has changed. */
  turnsChanged(delta: number): void;
  /** Something waits for the next {@link TopicSender.flush}. */
  dirty(sender: TopicSender): void;
  /** So many announcements were dropped, because the peer takes nothing. */
  overflowed(announcements: number): void;
  /** Everything is said and the stream is given back: the sender may be forgotten. */
  idle(sender: TopicSender): void;
  /** The peer stopped the stream, whose largest message had this many bytes. */
  stopped(code: number, largest: number): void;
  /** No stream could be opened. */
  failed(why: string): void;
}

/**
 * What we say about one topic on one connection: a queue in front of a uni stream.
 *
 * The stream is opened when there is something to say, and given back when there is nothing for a while: see {@link StreamTurns}. Header
 * and first message go out in one write, because a Rust peer reads nothing else on the connection while a header is incomplete. Control
 * messages overtake payloads: they are small, and they decide who gets payloads at all.
 *
 * Messages of a topic stay in order: a stream follows another only when all of that one is acknowledged.
 */
export class TopicSender implements StreamUser {
  readonly topic: TopicId;
  readonly #host: SenderHost;
  #control: Uint8Array[] = [];
  #payloads: Uint8Array[] = [];
  #announcements: IHaveEntry[] = [];
  #last: Uint8Array | undefined;
  #queuedBytes = 0;
  #stream: SendStream | undefined;
  #state: 'held' | 'idle' | 'waiting' | 'open' | 'blocked' | 'resting' | 'finished' | 'broken' | 'dead' = 'idle';
  #finishing = false;
  #acknowledged: (() => void) | undefined;
  #largest = 0;
  #barriers: WriteBarriers | undefined;
  /** Whether it waits for the next {@link TopicSender.flush}. */
  isListed = false;
  lastUsed = 0;
  /** Settles when the last stream was acknowledged after {@link TopicSender.finish}, or is beyond help. */
  readonly done: Promise<void>;

  /** @param previous a sender for the same topic that is finishing */
  constructor(topic: TopicId, host: SenderHost, previous?: TopicSender) {
    this.topic = topic;
    this.#host = host;
    this.done = new Promise((resolve) => {
      this.#acknowledged = resolve;
    });
    if (previous) this.#follow(previous);
  }

  get queuedBytes(): number {
    return this.#queuedBytes;
  }

  /** Whether the stream will end after what is queued. */
  get finishing(): boolean {
    return this.#finishing;
  }

  /** Messages that are queued and not written. */
  get unsent(): number {
    return this.#control.length + this.#payloads.length + this.#announcements.length + (this.#last ? 1 : 0);
  }

  /** Saying the same twice in a row says nothing: joins are repeated until somebody answers, however long they wait here. */
  control(frame: Uint8Array): void {
    const previous = this.#control.at(-1);
    if (previous && compareBytes(previous, frame) === 0) return;
    this.#control.push(frame);
    this.#count(frame.length);
    this.#host.dirty(this);
  }

  payload(frame: Uint8Array): void {
    this.#payloads.push(frame);
    this.#count(frame.length);
    this.#host.dirty(this);
  }

  /** Tells the peer that it can have a payload, instead of sending it. Costs 35 bytes once it is written. */
  announce(entry: IHaveEntry): void {
    if (this.#announcements.length >= MAX_ANNOUNCEMENTS) {
      this.#announcements = [];
      this.#barriers?.end(false);
      this.#host.overflowed(MAX_ANNOUNCEMENTS);
    }
    this.#announcements.push(entry);
    this.#host.dirty(this);
  }

  /** Sends a last frame after all others, then ends the stream. */
  finishWith(frame: Uint8Array): void {
    this.#last = frame;
    this.#count(frame.length);
    this.finish();
  }

  /** Ends the stream after what is queued. */
  finish(): void {
    this.#finishing = true;
    this.#host.dirty(this);
  }

  /** Settles when the payloads and announcements that are queued now were handed to the stream. @returns whether they were */
  written(): Promise<boolean> {
    if (this.#payloads.length + this.#announcements.length === 0) return Promise.resolve(true);
    this.#barriers ??= new WriteBarriers();
    return this.#barriers.add(this.#payloads.length, this.#announcements.length);
  }

  /** Hands over what has not been written to a sender on another connection. */
  moveTo(other: TopicSender): void {
    const [control, payloads, announcements, last] = [this.#control, this.#payloads, this.#announcements, this.#last];
    const barriers = this.#barriers;
    this.#barriers = undefined;
    this.#clear();
    for (const frame of control) other.control(frame);
    for (const frame of payloads) other.payload(frame);
    for (const entry of announcements) other.announce(entry);
    if (last) other.finishWith(last);
    barriers?.end(other.written());
  }

  /** Writes what the stream takes. Called once per tick after something was queued. */
  flush(): void {
    switch (this.#state) {
      case 'idle':
        if (this.#hasWork) {
          this.#startWaiting();
        } else if (this.#finishing) {
          this.kill(); // nothing is left to say, and no stream to end
        } else {
          this.#host.idle(this);
        }
        return;
      case 'waiting':
        if (!this.#hasWork) this.#giveUpWaiting();
        return;
      case 'open':
        return this.#write(this.#stream as SendStream);
      case 'held':
      case 'blocked':
      case 'resting':
      case 'finished':
      case 'broken': // what is unsent may still move to another connection
      case 'dead':
        return;
    }
  }

  granted(stream: SendStream): void {
    this.#stopWaiting('open');
    this.#stream = stream;
    this.#largest = 0;
    void stream.stopped.then((code) => this.#onStopped(code));
    this.#write(stream, encodeHeader(this.topic));
  }

  refused(why: string): void {
    this.#stopWaiting('broken');
    this.#host.failed(why);
  }

  rest(): boolean {
    if (this.#state !== 'open' || this.#hasWork || this.#finishing) return false;
    this.#end('resting');
    return true;
  }

  /** The connection is gone, or its owner gave up waiting. */
  kill(): void {
    this.#host.turns.withdraw(this);
    this.#clear();
    this.#stopWaiting('dead');
    this.#acknowledged?.();
  }

  get #hasWork(): boolean {
    return this.unsent > 0;
  }

  #follow(previous: TopicSender): void {
    this.#state = 'held';
    void previous.done.then(() => {
      if (this.#state !== 'held') return;
      this.#state = 'idle';
      this.flush();
    });
  }

  #startWaiting(): void {
    this.#state = 'waiting';
    this.#host.turnsChanged(this.#queuedBytes);
    this.#host.turns.ask(this);
  }

  #stopWaiting(state: 'open' | 'broken' | 'idle' | 'dead'): void {
    if (this.#state === 'waiting') this.#host.turnsChanged(-this.#queuedBytes);
    this.#state = state;
  }

  #giveUpWaiting(): void {
    this.#host.turns.withdraw(this);
    this.#stopWaiting('idle');
    this.flush();
  }

  #end(state: 'resting' | 'finished'): void {
    this.#state = state;
    this.#stream?.finish();
    this.#host.turns.finished(this);
  }

  /** The stream is over. */
  #onStopped(code: number | undefined): void {
    if (this.#state === 'dead') return;
    this.#stream = undefined;
    if (code !== undefined) {
      this.#state = 'broken';
      this.#host.stopped(code, this.#largest);
    } else if (this.#state === 'resting') {
      this.#host.turns.acknowledged();
      this.#state = 'idle';
      this.flush();
    } else {
      if (this.#state === 'finished') this.#host.turns.acknowledged();
      this.kill();
    }
  }

  #write(stream: SendStream, header?: Uint8Array): void {
    this.lastUsed = this.#host.now();
    for (let first = header; this.#hasWork; first = undefined) {
      if (stream.write(this.#nextChunk(first))) continue;
      this.#state = 'blocked';
      void stream.drained.then(() => {
        if (this.#state !== 'blocked') return;
        this.#state = 'open';
        this.#write(stream);
      });
      return;
    }
    if (this.#finishing) this.#end('finished');
    else this.#host.turns.used(this);
  }

  /** The next frames in order of precedence, joined. */
  #nextChunk(header: Uint8Array | undefined): Uint8Array {
    return this.#onlyPayload(header) ?? this.#joinedFrames(header);
  }

  /** Where nothing waits but one payload, as mostly where payloads come one by one, it goes out as it is. */
  #onlyPayload(header: Uint8Array | undefined): Uint8Array | undefined {
    if (header || this.#last || this.#payloads.length !== 1) return undefined;
    if (this.#control.length + this.#announcements.length > 0) return undefined;
    const frame = this.#payloads.pop() as Uint8Array;
    this.#largest = Math.max(this.#largest, frame.length - PREFIX_LENGTH);
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
      this.#largest = Math.max(this.#largest, frame.length - PREFIX_LENGTH);
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
    const announced = length - counted + (header?.length ?? 0);
    take(this.#payloads);
    if (this.#last && length < WRITE_BYTES) {
      add(this.#last);
      this.#last = undefined;
    }
    this.#count(announced - length);
    this.#barriers?.written(payloads - this.#payloads.length, entries - this.#announcements.length);
    return frames.length === 1 ? (frames[0] as Uint8Array) : joinBytes(frames, length);
  }

  #count(delta: number): void {
    if (delta === 0) return;
    this.#queuedBytes += delta;
    if (this.#state === 'waiting') this.#host.turnsChanged(delta);
    this.#host.queued(delta);
  }

  #clear(): void {
    this.#barriers?.end(false);
    this.#control = [];
    this.#payloads = [];
    this.#announcements = [];
    this.#last = undefined;
    this.#count(-this.#queuedBytes);
  }
}
