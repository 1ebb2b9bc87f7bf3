import type { BroadcastConfig } from '../config.js';

/**
 * For how long neighbors compare a payload, in the unit of the config's durations: while it is in the cache, and while its id is known for certain after
 * that. What is older is only known as the past.
 *
 * @internal for the host
 */
export function comparedFor({
  messageCacheRetention,
  messageIdRetention,
}: Pick<BroadcastConfig, 'messageCacheRetention' | 'messageIdRetention'>): number {
  return Math.max(messageCacheRetention, messageIdRetention - messageCacheRetention);
}
