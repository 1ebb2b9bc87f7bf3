import type { EndpointId, NeighborDownReason, TopicId } from '@grapevine/api';
import type { QueuedEvent } from '@grapevine/net';
import { endpointIdSchema, type LaggedReason, type WhenAlone } from '@grapevine/net';
import {
  bool,
  bytes,
  enumOf,
  mapped,
  option,
  type Schema,
  seq,
  string,
  u16,
  u32,
  u64,
  unitEnum,
} from '@grapevine/postcard';
import { commandSchema, eventSchema, requestSchema, topicSchema } from './wire.js';

// The items of a subscription in both directions, and the two ways to encode them: Rust's, and ours, which carries more.

/** The first item of a stream, client to server. */
export interface TopicRequest {
  readonly topic: TopicId;
  readonly bootstrap: readonly EndpointId[];
  readonly echo: boolean;
}

/** The commands that follow. */
export type TopicOrder =
  | {
      readonly type: 'broadcast';
      readonly content: Uint8Array;
      readonly scope: 'swarm' | 'neighbors';
      readonly whenAlone: WhenAlone;
    }
  | { readonly type: 'joinPeers'; readonly peers: readonly EndpointId[] };

/** Server to client: first that the node has joined, then events. The last item may be the failure of the node's endpoint. */
export type TopicNews =
  | { readonly type: 'joined'; readonly maxContentLength: number }
  | QueuedEvent
  | { readonly type: 'failed'; readonly cause: string | undefined };

/** How the items of subscriptions are encoded. */
export interface TopicWire {
  readonly request: Schema<TopicRequest>;
  readonly order: Schema<TopicOrder>;
  readonly news: Schema<TopicNews>;
  /** Whether it carries `echo`, that the node has joined, and the reason of a topic's failure. */
  readonly isFull: boolean;
}

/** The items of the remote `GossipApi` of Rust: neither reasons nor numbers nor options. */
export const rustWire: TopicWire = {
  isFull: false,
  request: mapped(requestSchema, {
    decode: ({ topic, bootstrap }): TopicRequest => ({ topic, bootstrap, echo: false }),
    encode: ({ topic, bootstrap }: TopicRequest) => ({ type: 'join' as const, topic, bootstrap }),
  }),
  order: mapped(commandSchema, {
    decode(command): TopicOrder {
      switch (command.type) {
        case 'broadcast':
          return { type: 'broadcast', content: command.content, scope: 'swarm', whenAlone: 'keep' };
        case 'broadcastNeighbors':
          return { type: 'broadcast', content: command.content, scope: 'neighbors', whenAlone: 'keep' };
        case 'joinPeers':
          return { type: 'joinPeers', peers: command.peers };
      }
    },
    encode(order: TopicOrder) {
      if (order.type === 'joinPeers') return { type: 'joinPeers' as const, peers: order.peers };
      const { content, scope } = order;
      return { type: scope === 'swarm' ? ('broadcast' as const) : ('broadcastNeighbors' as const), content };
    },
  }),
  news: mapped(eventSchema, {
    decode(event): TopicNews {
      switch (event.type) {
        case 'neighborUp':
        case 'received':
          return event;
        case 'neighborDown':
          return { ...event, reason: 'unknown' };
        case 'lagged':
          return { type: 'lagged', missed: 1, reason: 'unknown' };
      }
    },
    encode(news: TopicNews) {
      switch (news.type) {
        case 'neighborUp':
        case 'received':
          return news;
        case 'neighborDown':
          return { type: 'neighborDown' as const, peer: news.peer };
        case 'lagged':
          return { type: 'lagged' as const };
        case 'joined':
        case 'failed':
          throw new TypeError(`the remote API of Rust has no item ${news.type}`);
      }
    },
  }),
};

// A newer server may have reasons that this client does not know: they are read as `unknown`.

const DOWN_REASONS: Record<NeighborDownReason, true> = {
  closed: true,
  timeout: true,
  'stream-limit': true,
  refused: true,
  evicted: true,
  left: true,
};
const LAGGED_REASONS: Record<LaggedReason, true> = {
  'slow-reader': true,
  abandoned: true,
  unavailable: true,
  overflow: true,
  away: true,
  unknown: true,
};

const reasonOf = <R extends string>(known: Record<R, true>): Schema<R | 'unknown'> =>
  mapped(string, {
    decode: (text) => (Object.hasOwn(known, text) ? (text as R) : 'unknown'),
    encode: (reason: R | 'unknown'): string => reason,
  });

const count: Schema<number> = mapped(u64, { decode: Number, encode: (value: number) => BigInt(value) });

/** All that a subscription in this process can send and receive. */
export const fullWire: TopicWire = {
  isFull: true,
  request: mapped(enumOf({ join: { topic: topicSchema, bootstrap: seq(endpointIdSchema), echo: bool } }), {
    decode: ({ topic, bootstrap, echo }): TopicRequest => ({ topic, bootstrap, echo }),
    encode: (request: TopicRequest) => ({ type: 'join' as const, ...request }),
  }),
  order: enumOf({
    broadcast: {
      content: bytes,
      scope: unitEnum(['swarm', 'neighbors']),
      whenAlone: unitEnum(['keep', 'reject']),
    },
    joinPeers: { peers: seq(endpointIdSchema) },
  }),
  news: enumOf({
    neighborUp: { peer: endpointIdSchema },
    neighborDown: { peer: endpointIdSchema, reason: reasonOf(DOWN_REASONS) },
    received: {
      content: bytes,
      scope: enumOf({ swarm: { round: u16 }, neighbors: {} }),
      deliveredFrom: endpointIdSchema,
    },
    lagged: { missed: count, reason: reasonOf(LAGGED_REASONS) },
    failed: { cause: option(string) },
    joined: { maxContentLength: u32 },
  }),
};
