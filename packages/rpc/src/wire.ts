import type { TopicId } from '@grapevine/api';
import { type EndpointId, endpointIdSchema } from '@grapevine/net';
import { array32, bytes, enumOf, type Infer, mapped, type Schema, seq, u16 } from '@grapevine/postcard';

// The items of the remote GossipApi: iroh-gossip's Request, Command and Event, in the crate's order of variants and fields.

/** A topic's 32 bytes, as hex digits in the program. */
export const topicSchema = mapped<Uint8Array, TopicId>(array32, {
  decode: (raw) => Buffer.from(raw).toString('hex') as TopicId,
  encode: (topic) => new Uint8Array(Buffer.from(topic, 'hex')),
});

/** Written sorted and without duplicates, like Rust's `BTreeSet`; read in any order. */
const idSet: Schema<readonly EndpointId[]> = mapped(seq(endpointIdSchema), { decode: sortedSet, encode: sortedSet });

/** The first item of a stream, client to server. */
export const requestSchema = enumOf({ join: { topic: topicSchema, bootstrap: idSet } });

/** Any number of these follow. */
export const commandSchema = enumOf({
  broadcast: { content: bytes },
  broadcastNeighbors: { content: bytes },
  joinPeers: { peers: seq(endpointIdSchema) },
});

/** Server to client, any number. */
export const eventSchema = enumOf({
  neighborUp: { peer: endpointIdSchema },
  neighborDown: { peer: endpointIdSchema },
  received: {
    content: bytes,
    scope: enumOf({ swarm: { round: u16 }, neighbors: {} }),
    deliveredFrom: endpointIdSchema,
  },
  lagged: {},
});

export type Request = Infer<typeof requestSchema>;
export type Command = Infer<typeof commandSchema>;
export type WireEvent = Infer<typeof eventSchema>;

/** Ids sort as their bytes do. */
function sortedSet(ids: readonly EndpointId[]): readonly EndpointId[] {
  return [...new Set(ids)].sort();
}
