import type { TopicId } from '@grapevine/proto';
import type { CloseReason } from '../../transport/close-reason.js';
import type { Connection } from '../../transport/seam.js';
import type { Clock } from '../../util/clock.js';
import { ReusedQueue } from '../../util/reused-queue.js';
import { CloseCode } from '../close-code.js';
import type { DropReason } from '../metrics.js';
import type { NetMessage } from '../wire.js';
import { IncomingStreams, type IncomingStreamsHost, type Violation } from './incoming-streams.js';
import { StreamTurns } from './stream-turns.js';
import { type SenderHost, TopicSender } from './topic-sender.js';

/** How long what had come before a connection ended may take to be read, in milliseconds. */
const READ_TO_END_MS = 2_000;

/**
 * The end of a connection is reported within this time after the end of its streams, in milliseconds: then a stopped stream says nothing about its
 * messages.
 */
const STOP_GRACE_MS = 20;

/** Who a link works for. */
export interface LinkHost {
  readonly clock: Clock;
  /** Our own limit. */
  readonly maxMessageSize: number;
  /** After how long without a stream for topics that wait the peer is of no use, in milliseconds. */
  readonly starvedAfterMs: number;
  /** The peer's limit, as far as we know. */
  peerLimit(): number;
  /** What the peer may cost. */
  readonly account: IncomingStreamsHost['account'];
  /** Whether we are in a topic. */
  isJoined(topic: TopicId): boolean;
  message(link: Link, topic: TopicId, message: NetMessage, bodyLength: number): void;
  dropped(reason: DropReason, count?: number): void;
  /** The number of bytes queued on the link has changed. */
  queued(delta: number): void;
  /** The number of bytes that wait for their turn to have a stream has changed. */
  turnsChanged(delta: number): void;
  /** Announcements to the peer were dropped: it misses payloads that it has never heard of. */
  overflowed(): void;
  /** Something waits for the link's next {@link Link.flush}. */
  dirty(link: Link): void;
  /** The peer stopped a stream of ours, without saying more; its largest message had this many bytes. */
  stopped(code: number, largest: number): void;
  /** The peer has not answered for longer than it should. */
  unresponsive(link: Link): void;
  /** The connection is over. What is unsent can still be moved to another link. */
  ended(link: Link, reason: CloseReason): void;
}

/**
 * One connection that carries gossip: uni streams in, uni streams out, each about one topic.
 *
 * A violation of the protocol closes the connection and never just a stream, because a Rust peer that is told to stop one stream stops sending on
 * all.
 */
export class Link {
  readonly connection: Connection;
  readonly createdAt: number;
  /** Whether it waits for its next {@link Link.flush}. */
  isListed = false;
  /** When the last message came or went, by the host's clock. */
  lastUsed: number;
  /** When the peer was asked last whether it is there, because the application has published something. */
  askedAt = Number.NEGATIVE_INFINITY;
  readonly #host: LinkHost;
  readonly #incoming: IncomingStreams;
  readonly #turns: StreamTurns;
  readonly #senderHost: SenderHost;
  readonly #senders = new Map<TopicId, TopicSender>();
  /** The last finishing sender of each topic; those before it are done when it is. */
  readonly #finishing = new Map<TopicId, TopicSender>();
  readonly #dirty = new ReusedQueue<TopicSender>();
  #ended = false;

  constructor(connection: Connection, host: LinkHost) {
    this.connection = connection;
    this.#host = host;
    this.createdAt = host.clock.now();
    this.lastUsed = this.createdAt;
    this.#turns = new StreamTurns({
      clock: host.clock,
      connection,
      starvedAfterMs: host.starvedAfterMs,
      starved: () => this.#onStarved(),
    });
    this.#senderHost = this.#makeSenderHost();
    this.#incoming = new IncomingStreams(connection, {
      clock: host.clock,
      maxMessageSize: host.maxMessageSize,
      account: host.account,
      isJoined: (topic) => host.isJoined(topic),
      unknownTopic: () => host.dropped('unknown-topic'), // and no use of the link: that would keep it for ever
      message: (topic, message, bodyLength) => {
        this.lastUsed = host.clock.now();
        host.message(this, topic, message, bodyLength);
      },
      tooLong: () => host.dropped('frame-too-large'),
      violation: (kind, why) => this.#onViolation(kind, why),
      broken: (why) => this.#onBroken(why),
    });
    connection.onUnresponsive?.(() => host.unresponsive(this));
    void connection.closed.then((reason) => this.#readToEnd(reason));
  }

  /** Streams of the peer: how many there are, and how many there have been. */
  get incoming(): { readonly open: number; readonly opened: number } {
    return this.#incoming;
  }

  /** Topics that wait for a stream, because the peer allows no more at once. */
  get waitingStreams(): number {
    return this.#turns.waiting;
  }

  /** Whether a topic is one of them. */
  waitsForStream(topic: TopicId): boolean {
    return this.#turns.isWaiting(this.#senders.get(topic));
  }

  /** The sender for a topic; a new one when the last was finished. */
  sender(topic: TopicId): TopicSender {
    const existing = this.#senders.get(topic);
    if (existing && !existing.finishing) return existing;
    if (existing) this.#retire(existing);
    const sender = new TopicSender(topic, this.#senderHost, this.#finishing.get(topic));
    this.#senders.set(topic, sender);
    return sender;
  }

  /** Settles when what is queued now about a topic was handed to its stream. @returns whether it was */
  async written(topic: TopicId): Promise<boolean> {
    const senders = [this.#finishing.get(topic), this.#senders.get(topic)];
    const outcomes = await Promise.all(senders.map(async (sender) => (await sender?.written()) ?? true));
    // A stream of a connection that has just ended takes everything and drops it.
    const ended = this.connection.closed.then(() => true);
    const goesOn = new Promise<boolean>((resolve) => this.#host.clock.defer(() => resolve(false)));
    return !(await Promise.race([ended, goesOn])) && outcomes.every((isWritten) => isWritten);
  }

  /** Writes what the streams take. */
  flush(): void {
    for (let sender = this.#dirty.take(); sender; sender = this.#dirty.take()) {
      sender.isListed = false;
      if (sender.finishing && this.#senders.get(sender.topic) === sender) this.#retire(sender);
      sender.flush();
    }
  }

  /** Finishes all our streams. @returns when they are acknowledged and the peer has finished its own, or the connection is over */
  async finish(): Promise<void> {
    await this.finishSending();
    await this.#incoming.quiet();
  }

  /** Finishes all our streams. @returns when they are acknowledged, or the connection is over */
  async finishSending(): Promise<void> {
    for (const sender of this.#senders.values()) sender.finish();
    this.flush();
    await Promise.all([...this.#finishing.values()].map((sender) => sender.done));
  }

  /** Hands what has not been written over to the link that replaces this one, and finishes. */
  moveTo(other: Link): void {
    for (const sender of [...this.#finishing.values(), ...this.#senders.values()]) {
      if (sender.unsent > 0) sender.moveTo(other.sender(sender.topic));
      sender.finish();
    }
  }

  close(code: number, reason: string): void {
    this.connection.close(code, reason);
  }

  #makeSenderHost(): SenderHost {
    const host = this.#host;
    return {
      turns: this.#turns,
      now: () => host.clock.now(),
      peerLimit: () => host.peerLimit(),
      queued: (delta) => host.queued(delta),
      turnsChanged: (delta) => host.turnsChanged(delta),
      dirty: (sender) => {
        if (!sender.isListed) {
          sender.isListed = true;
          this.#dirty.push(sender);
        }
        this.lastUsed = host.clock.now();
        host.dirty(this);
      },
      overflowed: (announcements) => {
        host.dropped('announcements', announcements);
        host.overflowed();
      },
      idle: (sender) => {
        if (this.#senders.get(sender.topic) === sender) this.#senders.delete(sender.topic);
      },
      stopped: (code, largest) => {
        host.clock.setTimer(() => {
          if (this.#ended) return;
          host.stopped(code, largest);
          this.#onBroken(`the peer stopped a stream with code ${code}`);
        }, STOP_GRACE_MS);
      },
      failed: (why) => this.#onBroken(why),
    };
  }

  #retire(sender: TopicSender): void {
    const { topic } = sender;
    this.#senders.delete(topic);
    this.#finishing.set(topic, sender);
    void sender.done.then(() => {
      if (this.#finishing.get(topic) === sender) this.#finishing.delete(topic);
    });
  }

  #onStarved(): void {
    if (this.#ended) return;
    this.#host.dropped('stream-limit');
    this.close(CloseCode.streamLimit, `no stream was allowed for ${this.#host.starvedAfterMs} ms`);
  }

  #onBroken(why: string): void {
    if (this.#ended) return;
    this.#host.dropped('broken-stream');
    this.close(CloseCode.brokenStream, why);
  }

  #onViolation(kind: Violation, why: string): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#host.dropped(kind);
    switch (kind) {
      case 'bad-header':
        return this.close(CloseCode.badHeader, why);
      case 'bad-message':
        return this.close(CloseCode.badMessage, why);
      case 'frame-too-large':
        return this.close(CloseCode.frameTooLarge, why);
      case 'over-share':
        return this.close(CloseCode.overShare, why);
    }
  }

  /**
   * Everything that arrived before the peer closed the connection was acknowledged, so the peer believes that we have it: it is read before the link
   * ends.
   */
  async #readToEnd(reason: CloseReason): Promise<void> {
    this.#ended = true;
    if (reason.type === 'peer' && this.#incoming.open > 0) {
      const timer = this.#host.clock.setTimer(() => this.#incoming.stop(), READ_TO_END_MS);
      await this.#incoming.quiet();
      timer.cancel();
    }
    this.#onClosed(reason);
  }

  #onClosed(reason: CloseReason): void {
    this.#incoming.stop();
    this.#host.ended(this, reason);
    const senders = [...this.#finishing.values(), ...this.#senders.values()];
    const lost = senders.reduce((sum, sender) => sum + sender.unsent, 0);
    if (lost > 0) this.#host.dropped('link-lost', lost);
    for (const sender of senders) sender.kill();
    this.#senders.clear();
    this.#dirty.clear();
    this.#turns.close();
  }
}
