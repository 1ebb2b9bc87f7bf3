import type { EndpointId, FlushResult, GossipEvent, MembershipEvent, TopicSession } from '@grapevine/net';
import type { TopicId } from '@grapevine/proto';
import type { Bootstrap } from './bootstrap.js';
import type { GossipMessage } from './messages.js';
import { GossipReceiver, type WaitOptions } from './receiver.js';
import { type BroadcastOptions, GossipSender } from './sender.js';
import type { TopicStatus } from './status.js';

/**
 * A topic that this program takes part in: both halves in one.
 *
 * @example
 * ```ts
 * await using topic = await gossip.subscribe(topicIdFrom('my-room'), { bootstrap: [ticket] });
 * await topic.joined({ signal: AbortSignal.timeout(10_000) });
 * await topic.broadcast('hello');
 * for await (const { content } of topic.messages()) console.log(content);
 * ```
 */
export class GossipTopic implements AsyncIterable<GossipEvent>, AsyncDisposable {
  readonly id: TopicId;
  readonly #session: TopicSession;

  /** @internal */
  constructor(session: TopicSession) {
    this.id = session.topic;
    this.#session = session;
  }

  // Halves keep nothing of their own: they are made when they are used, and a quiet topic has none.

  get #sender(): GossipSender {
    return new GossipSender(this.#session);
  }

  get #receiver(): GossipReceiver {
    return new GossipReceiver(this.#session);
  }

  /** The two halves, for different parts of a program. The node stays in the topic until both are closed. */
  split(): { readonly sender: GossipSender; readonly receiver: GossipReceiver } {
    return { sender: this.#sender, receiver: this.#receiver };
  }

  /** See {@link GossipSender.broadcast}. */
  broadcast(content: Uint8Array | string, options?: BroadcastOptions): Promise<void> {
    return this.#sender.broadcast(content, options);
  }

  /** See {@link GossipSender.broadcastNeighbors}. */
  broadcastNeighbors(content: Uint8Array | string, options?: BroadcastOptions): Promise<void> {
    return this.#sender.broadcastNeighbors(content, options);
  }

  /** See {@link GossipSender.joinPeers}. */
  joinPeers(peers: Bootstrap | readonly Bootstrap[]): Promise<void> {
    return this.#sender.joinPeers(peers);
  }

  /** See {@link GossipSender.flush}. */
  flush(options?: WaitOptions): Promise<FlushResult> {
    return this.#sender.flush(options);
  }

  /** Longest content of a broadcast in bytes. */
  get maxContentLength(): number {
    return this.#sender.maxContentLength;
  }

  /** See {@link GossipReceiver.joined}. */
  joined(options?: WaitOptions): Promise<void> {
    return this.#receiver.joined(options);
  }

  /** See {@link GossipReceiver.isJoined}. */
  get isJoined(): boolean {
    return this.#receiver.isJoined;
  }

  /** The direct neighbors now; none once the topic is closed. */
  neighbors(): readonly EndpointId[] {
    return this.#receiver.neighbors();
  }

  /** See {@link GossipReceiver.next}. */
  next(options?: WaitOptions): Promise<IteratorResult<GossipEvent, undefined>> {
    return this.#receiver.next(options);
  }

  /** See {@link GossipReceiver.messages}. */
  messages(options?: WaitOptions): AsyncGenerator<GossipMessage, undefined> {
    return this.#receiver.messages(options);
  }

  /** See {@link GossipReceiver.membership}. */
  membership(options?: WaitOptions): AsyncGenerator<MembershipEvent, undefined> {
    return this.#receiver.membership(options);
  }

  /** See {@link GossipReceiver.status}. */
  status(options?: WaitOptions): AsyncGenerator<TopicStatus, undefined> {
    return this.#receiver.status(options);
  }

  /** See {@link GossipReceiver.closed}. */
  get closed(): Promise<void> {
    return this.#receiver.closed;
  }

  /** Closes both halves. */
  close(): void {
    this.#sender.close();
    this.#receiver.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
  }

  [Symbol.asyncIterator](): AsyncIterator<GossipEvent, undefined> {
    return this.#receiver[Symbol.asyncIterator]();
  }
}
