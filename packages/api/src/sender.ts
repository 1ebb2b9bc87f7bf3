import {
  type EndpointId,
  type FlushResult,
  MessageTooLargeError,
  type TopicSession,
  type WhenAlone,
} from '@grapevine/net';
import type { Scope } from '@grapevine/proto';
import { aSignal, type Checks, checkOptions, describe, isBytes, notTransferred, oneOf } from '@grapevine/proto/check';
import { type Bootstrap, parseBootstraps } from './bootstrap.js';

/** How to broadcast. */
export interface BroadcastOptions {
  /** Ends the wait for space in the node's queues. */
  readonly signal?: AbortSignal | undefined;
  /**
   * What to do while the topic has no neighbor: keep the message for the first one (default), or reject with NoNeighborsError. Other subscribers on
   * this node get a kept message at once. They never get a rejected one.
   */
  readonly whenAlone?: WhenAlone | undefined;
}

const CHECKS: Checks<BroadcastOptions> = { signal: aSignal, whenAlone: oneOf('keep', 'reject') };

const encoder = new TextEncoder();

/**
 * The sending half of a topic.
 *
 * Messages with the same content are one message to the swarm (their id is the hash of the content): to send the same thing twice, add a
 * counter or a time to it.
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
   * @param content bytes, which are copied before this returns, so that the buffer may be reused; or a text, which is sent as UTF-8
   * @throws MessageTooLargeError at once, naming the limit; TypeError, RangeError that name what is wrong; NoNeighborsError;
   *   TopicClosedError; EndpointClosedError; the signal's reason
   */
  async broadcast(content: Uint8Array | string, options: BroadcastOptions = {}): Promise<void> {
    await this.#send('broadcast', content, 'swarm', options);
  }

  /** Sends to the direct neighbors only. Otherwise as {@link GossipSender.broadcast}. */
  async broadcastNeighbors(content: Uint8Array | string, options: BroadcastOptions = {}): Promise<void> {
    await this.#send('broadcastNeighbors', content, 'neighbors', options);
  }

  /**
   * Waits until what was published in the topic so far has been handed to the transports of its neighbors: from then on it no longer
   * waits in this program's queues, but the process must still run. The result tells what could not be handed over: messages kept for the first
   * neighbor, and messages lost with a connection. Neighbors that only get an announcement of a message later are not waited for.
   *
   * @throws TopicClosedError; EndpointClosedError; the signal's reason; TypeError for unknown options. Behind remote control also
   *   RpcRefusedError from a server that can't tell, such as a Rust one
   *
   * @example
   * ```ts
   * await topic.broadcast('last words');
   * const { kept, lost } = await topic.flush({ signal: AbortSignal.timeout(5_000) });
   * if (kept > 0) console.warn('nobody has heard them yet');
   * ```
   */
  async flush(options: { readonly signal?: AbortSignal | undefined } = {}): Promise<FlushResult> {
    checkOptions('flush', options, { signal: aSignal });
    return await this.#session.flush(options.signal);
  }

  /** Joins the topic through more peers. @throws ParseError, TypeError, RangeError, TopicClosedError */
  async joinPeers(peers: Bootstrap | readonly Bootstrap[]): Promise<void> {
    await this.#session.send({ type: 'joinPeers', peers: parseBootstraps('peers', peers) });
  }

  /** Longest content of a broadcast in bytes. */
  get maxContentLength(): number {
    return this.#session.maxContentLength('swarm');
  }

  /** The direct neighbors now. */
  neighbors(): readonly EndpointId[] {
    return this.#session.neighbors();
  }

  /** Closes this half. The node leaves the topic when the receivers are closed, too. */
  close(): void {
    this.#session.closeSender();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  async #send(what: string, content: Uint8Array | string, scope: Scope, options: BroadcastOptions): Promise<void> {
    checkOptions(what, options, CHECKS);
    const { signal, whenAlone = 'keep' } = options;
    const bytes = ownBytes(content, this.#session.maxContentLength(scope));
    await this.#session.send({ type: 'broadcast', content: bytes, scope, whenAlone }, signal);
  }
}

/** A copy: the publisher may reuse its buffer, and the kernel keeps what it is given. */
function ownBytes(content: Uint8Array | string, limit: number): Uint8Array {
  if (typeof content === 'string') return encoder.encode(content);
  CHECK: if (!isBytes(content)) {
    throw new TypeError(`content must be a Uint8Array or a string, got ${describe(content)}`);
  }
  CHECK: notTransferred('content', content);
  if (content.length > limit) throw new MessageTooLargeError(content.length, limit);
  return new Uint8Array(content); // `slice` of a Buffer would be a view
}
