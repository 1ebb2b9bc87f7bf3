import type { TopicId } from '@grapevine/proto';
import type { EndpointId } from '../identity/endpoint-id.js';
import type { Clock, ClockTimer } from '../util/clock.js';
import { CloseCode } from './close-code.js';
import type { Link } from './link.js';
import type { PressureGauge } from './pressure.js';
import type { NetMessage } from './wire.js';

/** A message that waits for a connection. */
export interface Waiting {
  readonly topic: TopicId;
  readonly message: NetMessage;
  readonly frame: Uint8Array;
}

/** Connections that one peer may hold open with us; the oldest goes first. */
const MAX_LINKS = 4;

const REPLACED = 'replaced by a newer connection';

/** What a peer needs to know. */
export interface PeerOptions {
  readonly id: EndpointId;
  readonly me: EndpointId;
  readonly clock: Clock;
  readonly highWaterMark: number;
  readonly tooSlowAfterMs: number;
  readonly closeTimeoutMs: number;
  /** After how long a peer certainly knows of a connection. */
  readonly settledAfterMs: number;
  readonly pressure: PressureGauge;
  /** The peer's queue has been over the mark for too long. */
  readonly onTooSlow: (peer: Peer) => void;
  readonly onDegraded: () => void;
  /** A message was dropped because the queue has no space even for announcements. */
  readonly onQueueFull: () => void;
}

/**
 * One peer: its connections, what waits for the first of them, and how much is queued.
 *
 * Several connections are normal. All are read; the newest is written to. Where both sides dialed at once they may disagree
 * about which one is the newest, so the side with the larger id follows the other: when the peer speaks on a connection, that
 * is the one to answer on. A Rust peer follows nobody, and loses what it has just written, and us as its neighbor, when the
 * connection that it writes to is closed. So one that was replaced is finished at once, but closed only when it is certain that
 * the peer has done with it.
 */
export class Peer {
  readonly id: EndpointId;
  readonly links = new Set<Link>();
  readonly #options: PeerOptions;
  /** Replaced connections on which the peer has said nothing, and since when we are done with them. */
  readonly #silent = new Map<Link, number>();
  #active: Link | undefined;
  #waiting: Waiting[] = [];
  #waitingBytes = 0;
  #queuedBytes = 0;
  #slowTimer: ClockTimer | undefined;
  #release: { readonly link: Link; cancelled: boolean } | undefined;

  constructor(options: PeerOptions) {
    this.id = options.id;
    this.#options = options;
  }

  /** The connection that we write to. */
  get active(): Link | undefined {
    return this.#active;
  }

  /** Bytes queued on connections and waiting for one. */
  get queuedBytes(): number {
    return this.#queuedBytes + this.#waitingBytes;
  }

  /** Sends on the active connection, or keeps the message for the first one. @returns whether there is a connection */
  send(waiting: Waiting): boolean {
    const { highWaterMark } = this.#options;
    if (this.#release) this.#cancelRelease();
    if (this.queuedBytes > 4 * highWaterMark) this.#options.onQueueFull();
    else if (this.#active) this.#write(this.#active, waiting);
    else if (waiting.message.type !== 'gossip' || this.#waitingBytes <= highWaterMark) this.#enqueue(waiting);
    else this.#options.onQueueFull();
    return this.#active !== undefined;
  }

  /** A new connection: it becomes the one to write to, and inherits what has not been sent. */
  add(link: Link): void {
    this.links.add(link);
    this.#activate(link);
    for (const waiting of this.takeWaiting()) this.#write(link, waiting);
    if (this.links.size > MAX_LINKS) {
      for (const oldest of this.links) {
        oldest.close(CloseCode.tooMany, 'too many connections');
        break;
      }
    }
  }

  /** The peer has said something on a connection. */
  receivedOn(link: Link): void {
    if (link !== this.#active && this.links.has(link) && this.#options.me > this.id) this.#activate(link);
    if (link === this.#active) this.#closeSilent();
    else if (this.#silent.delete(link)) void this.#closeWhenReplaced(link);
  }

  /** A connection is gone. @returns whether another one is left */
  remove(link: Link): boolean {
    this.links.delete(link);
    this.#silent.delete(link);
    if (link !== this.#active) return this.links.size > 0;
    this.#active = undefined;
    const [newest] = [...this.links].reverse();
    if (newest) this.#activate(newest);
    return newest !== undefined;
  }

  /** Takes out what waits for a connection. */
  takeWaiting(): Waiting[] {
    const waiting = this.#waiting;
    this.#waiting = [];
    this.#waitingBytes = 0;
    this.#watchQueue();
    return waiting;
  }

  /** No topic needs the peer: says what is left to say, hears it out (for a bounded time), and closes. */
  release(): void {
    this.takeWaiting();
    const link = this.#active;
    if (!link || this.#release) return;
    const release = { link, cancelled: false };
    this.#release = release;
    void this.#within(this.#options.closeTimeoutMs, link.finish()).then(() => {
      if (this.#release === release) this.#release = undefined;
      if (!release.cancelled) for (const each of this.links) each.close(CloseCode.done, 'done');
    });
  }

  /** Finishes everything that is queued. @returns when it is acknowledged, or the time is up */
  async shutdown(): Promise<void> {
    const links = [...this.links];
    await this.#within(this.#options.closeTimeoutMs, Promise.all(links.map((link) => link.finishSending())));
    for (const link of links) link.close(CloseCode.done, 'shutting down');
  }

  /** Closes every connection. */
  drop(code: number, reason: string): void {
    for (const link of [...this.links]) link.close(code, reason);
  }

  /** Frees what outlives the connections. */
  dispose(): void {
    this.#slowTimer?.cancel();
    this.#slowTimer = undefined;
    this.#options.pressure.forget(this.id);
  }

  /** The number of bytes queued on a connection of this peer has changed. */
  queued(delta: number): void {
    this.#queuedBytes += delta;
    this.#watchQueue();
  }

  #activate(link: Link): void {
    const previous = this.#active;
    this.#active = link;
    this.#silent.delete(link);
    if (previous && previous !== link) {
      previous.moveTo(link);
      void this.#closeWhenReplaced(previous);
    }
  }

  /** A replaced connection is closed once both sides have finished with it; the peer may need it a while longer. */
  async #closeWhenReplaced(link: Link): Promise<void> {
    await link.finish();
    if (link === this.#active || !this.links.has(link)) return;
    if (link.peerOpenedStream) link.close(CloseCode.done, REPLACED);
    else this.#silent.set(link, this.#options.clock.now());
  }

  /** A peer that writes on the active connection now, long after it must have known the others, will not write on those. */
  #closeSilent(): void {
    const { clock, settledAfterMs } = this.#options;
    for (const [link, since] of this.#silent)
      if (clock.now() - since >= settledAfterMs) link.close(CloseCode.done, REPLACED);
  }

  #enqueue(waiting: Waiting): void {
    this.#waiting.push(waiting);
    this.#waitingBytes += waiting.frame.length;
  }

  #write(link: Link, { topic, message, frame }: Waiting): void {
    const sender = link.sender(topic);
    switch (message.type) {
      case 'gossip':
        if (this.#queuedBytes <= this.#options.highWaterMark) {
          sender.payload(frame);
        } else {
          this.#options.onDegraded();
          if (message.scope.type === 'swarm') sender.announce({ id: message.id, round: message.scope.round });
        }
        break;
      case 'disconnect':
        sender.finishWith(frame);
        break;
      case 'join':
      case 'forwardJoin':
      case 'shuffle':
      case 'shuffleReply':
      case 'neighbor':
      case 'prune':
      case 'graft':
      case 'ihave':
        sender.control(frame);
        break;
    }
    link.touch();
  }

  #cancelRelease(): void {
    if (this.#release) this.#release.cancelled = true;
    this.#release = undefined;
  }

  #watchQueue(): void {
    const { clock, highWaterMark, tooSlowAfterMs, pressure, onTooSlow } = this.#options;
    pressure.report(this.id, this.#active ? this.#queuedBytes : 0);
    if (this.#queuedBytes > highWaterMark) {
      this.#slowTimer ??= clock.setTimer(() => {
        this.#slowTimer = undefined;
        onTooSlow(this);
      }, tooSlowAfterMs);
    } else if (this.#slowTimer && this.#queuedBytes < highWaterMark / 2) {
      this.#slowTimer.cancel();
      this.#slowTimer = undefined;
    }
  }

  #within(ms: number, work: Promise<unknown>): Promise<void> {
    return new Promise((resolve) => {
      const timer = this.#options.clock.setTimer(resolve, ms);
      void work.then(() => {
        timer.cancel();
        resolve();
      });
    });
  }
}
