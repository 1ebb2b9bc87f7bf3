import type { MembershipConfig } from '../config.js';
import type { Stats } from '../stats.js';
import type { HyParViewMessage, ShuffleMessage, ShuffleReplyMessage } from '../wire/message.js';

/**
 * A message as we take it: walks go no further than ours would, and lists are no longer than what we look at. A message within these limits stays the
 * same object.
 */
export function cutMessage<P>(
  message: HyParViewMessage<P>,
  config: MembershipConfig,
  stats: Stats,
): HyParViewMessage<P> {
  switch (message.type) {
    case 'forwardJoin':
      return shortened(message, config.activeRandomWalkLength, stats);
    case 'shuffle':
      return truncated(shortened(message, config.shuffleRandomWalkLength, stats), config, stats);
    case 'shuffleReply':
      return truncated(message, config, stats);
    case 'join':
    case 'neighbor':
    case 'disconnect':
      return message;
  }
}

function shortened<M extends { readonly ttl: number }>(message: M, limit: number, stats: Stats): M {
  if (message.ttl <= limit) return message;
  stats.shortenedWalks++;
  return { ...message, ttl: limit };
}

function truncated<P, M extends ShuffleMessage<P> | ShuffleReplyMessage<P>>(
  message: M,
  { maxListedNodes }: MembershipConfig,
  stats: Stats,
): M {
  if (message.nodes.length <= maxListedNodes) return message;
  stats.truncatedLists++;
  return { ...message, nodes: message.nodes.slice(0, maxListedNodes) };
}
