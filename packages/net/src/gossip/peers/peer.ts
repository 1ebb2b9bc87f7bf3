import type { TopicId } from '@grapevine/proto';
import type { EndpointId } from '../../identity/endpoint-id.js';
import type { Clock } from '../../util/clock.js';
import { CloseCode } from '../close-code.js';
import type { Link } from '../link/link.js';
import type { DropReason } from '../metrics.js';
import { encodeFrame, isMembership, PREFIX_LENGTH } from '../wire.js';
import { PeerLinks } from './peer-links.js';
import { PeerQueue, type Waiting } from './peer-queue.js';
import { PostponedMembership } from './postponed-membership.js';

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
  /** Longest message that the peer takes, as far as we know, in bytes. */
  readonly limit: () => number;
  /** The bytes on connections have changed. */
  readonly onQueued: (queuedBytes: number) => void;
  /** The peer has taken next to nothing for too long. */
  readonly onTooSlow: (peer: Peer) => void;
  /** A payload is announced instead of sent. */
  readonly onDegraded: () => void;
  readonly onDropped: (reason: DropReason, count: number) => void;
  /** Another connection is the one to write to. What was under way on the old one may be lost. */
  readonly onReplaced: () => void;
  /** Messages to the peer were dropped, and there is space again. */
  readonly onGap: () => void;
  /** Messages were longer than the peer takes. */
  readonly onWithheld: () => void;
}

/** One peer: what we say to it, on which connection, and how the connections end. */
export class Peer {
  readonly id: EndpointId;
  readonly links: PeerLinks;
  /** Whether two nodes that use its identity were noticed. */
  identityConflict = false;
  readonly #options: PeerOptions;
  readonly #queue: PeerQueue;
  readonly #postponed = new PostponedMembership();
  #release: { readonly link: Link; cancelled: boolean } | undefined;

  constructor(options: PeerOptions) {
    const { clock, highWaterMark, tooSlowAfterMs } = options;
    this.id = options.id;
    this.#options = options;
    this.links = new PeerLinks(options);
    this.#queue = new PeerQueue({
      clock,
      highWaterMark,
      tooSlowAfterMs,
      onChange: options.onQueued,
      onTooSlow: () => options.onTooSlow(this),
      onGap: () => {
        for (const waiting of this.#postponed.takeAll()) this.send(waiting);
        options.onGap();
      },
      onWithheld: options.onWithheld,
    });
  }

  /** The connection that we write to. */
  get active(): Link | undefined {
    return this.links.active;
  }

  /** Bytes queued on connections and waiting for one. */
  get queuedBytes(): number {
    return this.#queue.bytes;
  }

  /** Sends on the active connection, or keeps the message for the first one. @returns whether there is a connection */
  send(waiting: Waiting): boolean {
    if (this.#release) this.#cancelRelease();
    if (this.#postponed.follows(waiting) || !this.#queue.takes(waiting.message)) this.#postpone(waiting);
    else if (this.active) this.#write(this.active, waiting);
    else if (!this.#queue.keep(waiting)) this.#drop('queue-full');
    return this.active !== undefined;
  }

  /** The peer takes shorter messages only, and was not sent or told of something for that. */
  withheld(): void {
    this.#queue.markWithheld();
  }

  /** Settles when what is queued now about a topic was handed to the connection. @returns whether it was */
  async written(topic: TopicId): Promise<boolean> {
    if (!this.active) return !this.#queue.isWaiting;
    return await this.active.written(topic);
  }

  /** A new connection: it becomes the one to write to, and inherits what has not been sent. */
  add(link: Link): void {
    this.links.add(link);
    for (const waiting of this.#queue.takeWaiting()) this.#write(link, waiting);
  }

  /** No topic needs the peer: sends what is left, reads what is under way for a bounded time, and closes. */
  release(): void {
    this.#dropWaiting();
    const link = this.active;
    if (!link || this.#release) return;
    const release = { link, cancelled: false };
    this.#release = release;
    void this.#within(this.#options.closeTimeoutMs, link.finish()).then(() => {
      if (this.#release === release) this.#release = undefined;
      if (!release.cancelled) this.links.closeAll(CloseCode.done, 'done');
    });
  }

  /** Finishes everything that is queued. @returns when it is acknowledged, or the time is up */
  async shutdown(): Promise<void> {
    const links = [...this.links];
    await this.#within(this.#options.closeTimeoutMs, Promise.all(links.map((link) => link.finishSending())));
    for (const link of links) link.close(CloseCode.done, 'shutting down');
  }

  /** The number of bytes queued on a connection of this peer has changed. */
  queued(delta: number): void {
    this.#queue.changed(delta);
  }

  /** The number of bytes that wait for their turn to have a stream has changed. */
  turnsChanged(delta: number): void {
    this.#queue.turnsChanged(delta);
  }

  /** Something that the peer should have had was dropped on a connection. */
  markGap(): void {
    this.#queue.markGap();
  }

  /** The peer is forgotten: frees what outlives the connections. */
  dispose(): void {
    this.#dropWaiting();
    this.#postponed.takeAll();
    this.#queue.dispose();
  }

  #postpone(waiting: Waiting): void {
    if (!isMembership(waiting.message)) return this.#drop('queue-full');
    this.#queue.markGap();
    if (this.#postponed.add(waiting)) return;
    this.#drop('queue-full');
    this.links.closeAll(CloseCode.tooSlow, 'too much about who is a neighbor could not be said');
  }

  #drop(reason: DropReason): void {
    this.#queue.markGap();
    this.#options.onDropped(reason, 1);
  }

  #dropWaiting(): void {
    const { length } = this.#queue.takeWaiting();
    if (length > 0) this.#options.onDropped('no-connection', length);
  }

  #write(link: Link, waiting: Waiting): void {
    if (this.#fits(waiting.frame)) this.#writeFrame(link, waiting);
    else this.#writeLess(link, waiting);
  }

  #fits(frame: Uint8Array): boolean {
    return frame.length - PREFIX_LENGTH <= this.#options.limit();
  }

  /** The peer takes less than we do: a payload may go without its tag, announcements may go in several messages. */
  #writeLess(link: Link, { topic, message }: Waiting): void {
    switch (message.type) {
      case 'gossip': {
        const { tag, guest, ...untagged } = message;
        const frame = encodeFrame(untagged);
        if (!this.#fits(frame)) {
          this.withheld();
          break;
        }
        this.#options.onDropped('tag-over-peer-limit', 1);
        return this.#writeFrame(link, { topic, message: untagged, frame });
      }
      case 'ihave': {
        const sender = link.sender(topic);
        for (const entry of message.messages) sender.announce(entry);
        return;
      }
      case 'prune':
      case 'graft':
      case 'join':
      case 'forwardJoin':
      case 'shuffle':
      case 'shuffleReply':
      case 'neighbor':
      case 'disconnect':
        break;
    }
    this.#options.onDropped('over-peer-limit', 1);
  }

  #writeFrame(link: Link, { topic, message, frame }: Waiting): void {
    const sender = link.sender(topic);
    switch (message.type) {
      case 'gossip':
        if (!this.#queue.isOverMark) return sender.payload(frame);
        if (message.scope.type === 'neighbors') return this.#drop('queue-full'); // nobody could ask for it
        this.#options.onDegraded();
        return sender.announce({ id: message.id, round: message.scope.round, tag: message.tag });
      case 'disconnect':
        return sender.finishWith(frame);
      case 'join':
      case 'forwardJoin':
      case 'shuffle':
      case 'shuffleReply':
      case 'neighbor':
      case 'prune':
      case 'graft':
      case 'ihave':
        return sender.control(frame);
    }
  }

  #cancelRelease(): void {
    if (this.#release) this.#release.cancelled = true;
    this.#release = undefined;
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
