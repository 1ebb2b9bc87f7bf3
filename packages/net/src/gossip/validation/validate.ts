import type { DeliveryScope, TopicId } from '@grapevine/proto';
import type { EndpointId } from '../../identity/endpoint-id.js';

/**
 * What becomes of a message.
 *
 * - `accept`: delivered to subscribers, and passed on.
 * - `ignore`: neither, and nobody is to blame: we have no use for it, or others may see it differently.
 * - `reject`: neither, and the neighbor that sent it should have known. One that goes on is dropped, and stays out for a while.
 */
export type Verdict = 'accept' | 'ignore' | 'reject';

/** A message that the application decides about. */
export interface ReceivedMessage {
  /** A copy: it may be changed. */
  readonly content: Uint8Array;
  /** The neighbor that sent it to us, who need not be its author. */
  readonly deliveredFrom: EndpointId;
  /** How far it travels, and how many hops it was away from its publisher. */
  readonly scope: DeliveryScope;
  /** Whether it was fetched after a gap: it may be older than what came before it. */
  readonly recovered: boolean;
}

/**
 * Decides about a message before it is delivered and before it is passed on. The messages of one neighbor stay in order; several of them may be asked
 * about at once. What this node publishes itself is not asked about.
 *
 * If it throws, rejects, or returns something else, the message is rejected, and that is logged. If it takes too long, the message is ignored.
 *
 * @example
 * ```ts
 * const gossip = Gossip.spawn(endpoint, {
 *   validate: (_topic, { content }) => (content.length <= 1_000 ? 'accept' : 'reject'),
 * });
 * ```
 */
export type Validate = (topic: TopicId, message: ReceivedMessage) => Verdict | Promise<Verdict>;

/** The default: nothing is asked about. */
export const acceptEverything: Validate = () => 'accept';
