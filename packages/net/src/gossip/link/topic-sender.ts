import type { IHaveEntry, TopicId } from '@grapevine/proto';
import type { SendStream } from '../../transport/seam.js';
import { encodeHeader } from '../wire.js';
import { SendQueue } from './send-queue.js';
import type { StreamTurns, StreamUser } from './stream-turns.js';

/** What a sender tells its link. */
export interface SenderHost {
  readonly turns: StreamTurns;
  now(): number;
  /** Longest message that the peer takes, in bytes. */
  peerLimit(): number;
  /** The number of queued bytes has changed by this much. */
  queued(delta: number): void;
  /** The number of bytes that wait for their turn to have a stream has changed. */
  turnsChanged(delta: number): void;
  /** Something waits for the next {@link TopicSender.flush}. */
  dirty(sender: TopicSender): void;
  /** This many announcements were dropped, because the peer takes nothing. */
  overflowed(announcements: number): void;
  /** Everything is said and the stream is given back: the sender may be forgotten. */
  idle(sender: TopicSender): void;
  /** The peer stopped the stream, whose largest message had this many bytes. */
  stopped(code: number, largest: number): void;
  /** No stream could be opened. */
  failed(why: string): void;
}

/**
 * What we say about one topic on one connection: a queue ({@link SendQueue}) in front of a uni stream.
 *
 * The stream is opened when there is something to say, and given back when there is nothing for a while: see {@link StreamTurns}. Header
 * and first message go out in one write, because a Rust peer reads nothing else on the connection while a header is incomplete.
 *
 * Messages of a topic stay in order: a stream follows another only when all of that one is acknowledged.
 */
export class TopicSender implements StreamUser {
  readonly topic: TopicId;
  readonly #host: SenderHost;
  readonly #queue: SendQueue;
  #stream: SendStream | undefined;
  #state: 'held' | 'idle' | 'waiting' | 'open' | 'blocked' | 'resting' | 'finished' | 'broken' | 'dead' = 'idle';
  #finishing = false;
  #acknowledged: (() => void) | undefined;
  /** Whether it waits for the next {@link TopicSender.flush}. */
  isListed = false;
  lastUsed = 0;
  /** Settles when the last stream was acknowledged after {@link TopicSender.finish}, or never can be. */
  readonly done: Promise<void>;

  /** @param previous a sender for the same topic that is finishing */
  constructor(topic: TopicId, host: SenderHost, previous?: TopicSender) {
    this.topic = topic;
    this.#host = host;
    this.#queue = new SendQueue({
      peerLimit: () => host.peerLimit(),
      changed: (delta) => this.#queuedChanged(delta),
      overflowed: (announcements) => host.overflowed(announcements),
    });
    this.done = new Promise((resolve) => {
      this.#acknowledged = resolve;
    });
    if (previous) this.#follow(previous);
  }

  get queuedBytes(): number {
    return this.#queue.bytes;
  }

  /** Whether the stream will end after what is queued. */
  get finishing(): boolean {
    return this.#finishing;
  }

  /** Messages that are queued and not written. */
  get unsent(): number {
    return this.#queue.size;
  }

  control(frame: Uint8Array): void {
    if (this.#queue.addControl(frame)) this.#host.dirty(this);
  }

  payload(frame: Uint8Array): void {
    this.#queue.addPayload(frame);
    this.#host.dirty(this);
  }

  /** Tells the peer that it can have a payload, instead of sending it. */
  announce(entry: IHaveEntry): void {
    this.#queue.addAnnouncement(entry);
    this.#host.dirty(this);
  }

  /** Sends a last frame after all others, then ends the stream. */
  finishWith(frame: Uint8Array): void {
    this.#queue.setLast(frame);
    this.finish();
  }

  /** Ends the stream after what is queued. */
  finish(): void {
    this.#finishing = true;
    this.#host.dirty(this);
  }

  /** Settles when the payloads and announcements that are queued now were handed to the stream. @returns whether they were */
  written(): Promise<boolean> {
    return this.#queue.written();
  }

  /** Hands over what has not been written to a sender on another connection. */
  moveTo(other: TopicSender): void {
    const { hasLast } = this.#queue;
    this.#queue.moveTo(other.#queue);
    if (hasLast) other.finish();
    else other.#host.dirty(other);
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
    this.#queue.largest = 0;
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
    this.#queue.clear();
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
    this.#host.turnsChanged(this.#queue.bytes);
    this.#host.turns.ask(this);
  }

  #stopWaiting(state: 'open' | 'broken' | 'idle' | 'dead'): void {
    if (this.#state === 'waiting') this.#host.turnsChanged(-this.#queue.bytes);
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
      this.#host.stopped(code, this.#queue.largest);
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
      if (stream.write(this.#queue.take(first))) continue;
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

  #queuedChanged(delta: number): void {
    if (this.#state === 'waiting') this.#host.turnsChanged(delta);
    this.#host.queued(delta);
  }
}
