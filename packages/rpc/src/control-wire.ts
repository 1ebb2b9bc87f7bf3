import { endpointAddrSchema, endpointIdSchema } from '@grapevine/net';
import { bool, enumOf, type Infer, option, seq, string, u32, unitEnum } from '@grapevine/postcard';
import { snapshotSchema } from './snapshot-schema.js';
import { topicSchema } from './wire.js';

// The second protocol: one request and one response on each two-way stream, framed as the items of the first.

export const controlRequestSchema = enumOf({
  ping: {},
  /** The node's own address. */
  addr: {},
  topics: {},
  neighbors: { topic: topicSchema },
  snapshot: {},
  /** Addresses of peers: the first protocol carries ids only. */
  learn: { addrs: seq(endpointAddrSchema) },
  /** Answered when this many items of the client's newest connection have been handled, or after a while. */
  settle: { items: u32 },
  shutdown: {},
  /** The node itself takes part from now on, whatever its clients do; the peers are in the topic already. */
  enter: { topic: topicSchema, peers: seq(endpointAddrSchema) },
  leave: { topic: topicSchema },
  /** How many subscribers there are, besides the node itself. */
  listeners: { topic: topicSchema },
  /** Answered when what the client has published in a topic is with the neighbors' transports, or can't be. */
  flush: { topic: topicSchema },
});

export const controlResponseSchema = enumOf({
  done: {},
  addr: { addr: endpointAddrSchema },
  topics: { topics: seq(topicSchema) },
  neighbors: { neighbors: seq(endpointIdSchema) },
  snapshot: { snapshot: snapshotSchema },
  settled: {
    /** The node was shut down. */
    isClosed: bool,
    /** Items handled; none if the connection is gone. */
    handled: option(u32),
    /** Commands among them that the node did not carry out. */
    dropped: u32,
  },
  /** Whether this changed anything. */
  moved: { moved: bool },
  refused: { reason: unitEnum(['unsupported', 'forbidden', 'failed']), message: string },
  listeners: { listeners: u32 },
  flushed: {
    /** Broadcasts that wait for a first neighbor. */
    kept: u32,
    /** Neighbors whose transport does not have everything. */
    lost: seq(endpointIdSchema),
  },
});

export type ControlRequest = Infer<typeof controlRequestSchema>;
export type ControlResponse = Infer<typeof controlResponseSchema>;
