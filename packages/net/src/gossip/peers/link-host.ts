import type { TopicId } from '@grapevine/proto';
import type { EndpointId } from '../../identity/endpoint-id.js';
import type { CloseReason } from '../../transport/close-reason.js';
import type { Link, LinkHost } from '../link/link.js';
import type { ResolvedGossipOptions } from '../options.js';
import type { PeerAccount, Sources } from '../sources/index.js';
import type { NetMessage } from '../wire.js';
import type { FlushQueue } from './flush-queue.js';
import type { LinkCheck } from './link-check.js';
import type { MessageLimits } from './message-limits.js';
import type { Peer } from './peer.js';

/** What the links of all peers work for. */
export interface LinkParts {
  readonly options: ResolvedGossipOptions;
  /** Our own limit in bytes. */
  readonly maxMessageSize: number;
  readonly limits: MessageLimits;
  readonly sources: Sources;
  readonly toFlush: FlushQueue;
  readonly linkCheck: LinkCheck;
  isJoined(topic: TopicId): boolean;
  message(from: EndpointId, topic: TopicId, message: NetMessage): void;
  ended(peer: Peer, link: Link, reason: CloseReason): void;
}

/** What becomes of what a link of a peer reports. */
export function linkHostOf(peer: Peer, account: PeerAccount, parts: LinkParts): LinkHost {
  const { options, maxMessageSize, limits, sources, toFlush, linkCheck } = parts;
  const { clock, metrics, tooSlowAfterMs } = options;
  return {
    clock,
    maxMessageSize,
    starvedAfterMs: tooSlowAfterMs,
    account,
    isJoined: (topic) => parts.isJoined(topic),
    peerLimit: () => limits.of(peer.id),
    message: (link, topic, message, bodyLength) => {
      metrics.messageReceived(message.type === 'gossip' ? 'data' : 'control', bodyLength);
      peer.links.receivedOn(link);
      parts.message(peer.id, topic, message);
    },
    dropped: (reason, count) => (reason === 'over-share' ? sources.refused('memory') : metrics.dropped(reason, count)),
    queued: (delta) => peer.queued(delta),
    turnsChanged: (delta) => peer.turnsChanged(delta),
    overflowed: () => peer.markGap(),
    dirty: (link) => toFlush.add(link),
    // A Rust peer that gets a message over its limit reads no more of that stream, and says no more than that.
    stopped: (code, largest) => {
      if (code === 0) limits.learn(peer.id, largest - 1);
    },
    unresponsive: (link) => void linkCheck.doubt(peer, link),
    ended: (link, reason) => parts.ended(peer, link, reason),
  };
}
