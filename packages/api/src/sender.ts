import type { EndpointId, TopicSession, WhenAlone } from '@grapevine/net';
import { type Bootstrap, parseBootstrap } from './bootstrap.js';

/** How to broadcast. */
export interface BroadcastOptions {
  /** Gives up waiting for room in the node's queues. */
  readonly signal?: AbortSignal;
  /**
   * While the topic has no neighbor: keep the message for the first one (default), or reject with NoNeighborsError. Other subscribers on the
   * node hear a kept one at once, and a rejected one not at all.
   */
  readonly whenAlone?: WhenAlone;
}

const encoder = new TextEncoder();

/**
 * The half of a topic that speaks.
 *
 * Messages with the same content are one message to the swarm (their id is the hash of the content): whoever sends the same thing
 * twice adds a counter or a time to it.
 */
export class GossipSender implements Disposable {
  readonly #session: TopicSession;

  /** @internal */
  constructor(session: TopicSession) {
    this.#session = session;
  }

  /**
   * Sends to everybody in the topic. Resolves when the message is queued, waits while the node's queues are full.
   *
   * @param content bytes, not to be changed afterwards, or a text that is sent as UTF-8
   * @throws MessageTooLargeError at once, naming the limit; NoNeighborsError; TopicClosedError; EndpointClosedError; the
   *   signal's reason
   */
  async broadcast(content: Uint8Array | string, options: BroadcastOptions = {}): Promise<void> {
    const { signal, whenAlone = 'keep' } = options;
    await this.#session.send({ type: 'broadcast', content: toBytes(content), scope: 'swarm', whenAlone }, signal);
  }

  /** Sends to the direct neighbors only. Otherwise as {@link GossipSender.broadcast}. */
  async broadcastNeighbors(content: Uint8Array | string, options: BroadcastOptions = {}): Promise<void> {
    const { signal, whenAlone = 'keep' } = options;
    await this.#session.send({ type: 'broadcast', content: toBytes(content), scope: 'neighbors', whenAlone }, signal);
  }

  /** Joins the topic through more peers. @throws ParseError, TopicClosedError */
  async joinPeers(peers: readonly Bootstrap[]): Promise<void> {
    await this.#session.send({ type: 'joinPeers', peers: peers.map(parseBootstrap) });
  }

  /** Longest content of a broadcast in bytes. */
  get maxContentLength(): number {
    return this.#session.maxContentLength('swarm');
  }

  /** The direct neighbors now. */
  neighbors(): readonly EndpointId[] {
    return this.#session.neighbors();
  }

  /** Sends no more from here. The topic is left when its receivers are closed, too. */
  close(): void {
    this.#session.closeSender();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

function toBytes(content: Uint8Array | string): Uint8Array {
  if (typeof content === 'string') return encoder.encode(content);
  if (content instanceof Uint8Array) return content;
  throw new TypeError(`content must be a Uint8Array or a string, got ${typeof content}`);
}
