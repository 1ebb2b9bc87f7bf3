import {
  type EndpointAddr,
  type EndpointId,
  formatSocketAddr,
  parseEndpointId,
  parseSocketAddr,
  type TransportAddr,
} from '@grapevine/net';
import {
  type DeliveryScope,
  type Message,
  messageIdFromBytes,
  messageIdToBytes,
  type PeerInfo,
  type Priority,
  type TopicId,
  topicIdFromBytes,
  topicIdToBytes,
} from '@grapevine/proto';
import type { Command, Request, WireEvent } from '../../packages/rpc/src/wire.js';

// Values of ours as the JSON that Rust's serde makes of the crates' types, and back. Bytes are arrays of numbers, an enum's
// variant is the only key of an object (or a string, when it has no fields), None is null.

/** JSON from Rust. The tests are about its shape, so this reads it without checks. */
// biome-ignore lint/suspicious/noExplicitAny: see above
export type Json = any;

const bytes = (value: Uint8Array): number[] => [...value];
const toBytes = (json: number[]): Uint8Array => Uint8Array.from(json);
const optional = <T, R>(value: T | undefined, map: (value: T) => R): R | null =>
  value === undefined ? null : map(value);
const fromOptional = <T, R>(json: T | null, map: (json: T) => R): R | undefined =>
  json === null ? undefined : map(json);

/** The only key of an object, and its value. A string is a key without a value. */
function variant(json: Json): [name: string, value: Json] {
  if (typeof json === 'string') return [json, undefined];
  const entry = Object.entries(json)[0];
  if (entry === undefined) throw new TypeError('an enum needs a variant');
  return entry;
}

const unknown = (what: string, json: Json): Error => new TypeError(`no such ${what}: ${JSON.stringify(json)}`);

const peerInfo = {
  toJson: ({ id, data }: PeerInfo<EndpointId>): Json => ({ id, data: optional(data, bytes) }),
  fromJson: ({ id, data }: Json): PeerInfo<EndpointId> => ({
    id: parseEndpointId(id),
    data: fromOptional(data, toBytes),
  }),
};

export const scope = {
  toJson: (value: DeliveryScope): Json => (value.type === 'neighbors' ? 'Neighbors' : { Swarm: value.round }),
  fromJson: (json: Json): DeliveryScope =>
    json === 'Neighbors' ? { type: 'neighbors' } : { type: 'swarm', round: json.Swarm },
};

const priorities: Record<string, Priority> = { High: 'high', Low: 'low' };

/** `topic::Message`. */
export const message = {
  toJson(value: Message<EndpointId>): Json {
    switch (value.type) {
      case 'join':
        return { Swarm: { Join: optional(value.data, bytes) } };
      case 'forwardJoin':
        return { Swarm: { ForwardJoin: { peer: peerInfo.toJson(value.peer), ttl: value.ttl } } };
      case 'shuffle': {
        const { origin, nodes, ttl } = value;
        return { Swarm: { Shuffle: { origin, nodes: nodes.map(peerInfo.toJson), ttl } } };
      }
      case 'shuffleReply':
        return { Swarm: { ShuffleReply: { nodes: value.nodes.map(peerInfo.toJson) } } };
      case 'neighbor': {
        const priority = value.priority === 'high' ? 'High' : 'Low';
        return { Swarm: { Neighbor: { priority, data: optional(value.data, bytes) } } };
      }
      case 'disconnect':
        return { Swarm: { Disconnect: { alive: value.alive, _respond: value.respond } } };
      case 'gossip': {
        const id = bytes(messageIdToBytes(value.id));
        return { Gossip: { Gossip: { id, content: bytes(value.content), scope: scope.toJson(value.scope) } } };
      }
      case 'prune':
        return { Gossip: 'Prune' };
      case 'graft': {
        const id = optional(value.id, (id) => bytes(messageIdToBytes(id)));
        return { Gossip: { Graft: { id, round: value.round } } };
      }
      case 'ihave': {
        const entries = value.messages.map(({ id, round }) => ({ id: bytes(messageIdToBytes(id)), round }));
        return { Gossip: { IHave: entries } };
      }
    }
  },

  fromJson(json: Json): Message<EndpointId> {
    const [name, fields] = variant(json.Swarm ?? json.Gossip);
    const id = (list: number[]) => messageIdFromBytes(toBytes(list));
    switch (name) {
      case 'Join':
        return { type: 'join', data: fromOptional(fields, toBytes) };
      case 'ForwardJoin':
        return { type: 'forwardJoin', peer: peerInfo.fromJson(fields.peer), ttl: fields.ttl };
      case 'Shuffle': {
        const nodes = fields.nodes.map(peerInfo.fromJson);
        return { type: 'shuffle', origin: parseEndpointId(fields.origin), nodes, ttl: fields.ttl };
      }
      case 'ShuffleReply':
        return { type: 'shuffleReply', nodes: fields.nodes.map(peerInfo.fromJson) };
      case 'Neighbor': {
        const priority = priorities[fields.priority];
        if (priority === undefined) throw unknown('priority', fields.priority);
        return { type: 'neighbor', priority, data: fromOptional(fields.data, toBytes) };
      }
      case 'Disconnect':
        return { type: 'disconnect', alive: fields.alive, respond: fields._respond };
      case 'Gossip': {
        const content = toBytes(fields.content);
        return { type: 'gossip', id: id(fields.id), content, scope: scope.fromJson(fields.scope) };
      }
      case 'Prune':
        return { type: 'prune' };
      case 'Graft':
        return { type: 'graft', id: fromOptional(fields.id, id), round: fields.round };
      case 'IHave': {
        const messages = fields.map((entry: Json) => ({ id: id(entry.id), round: entry.round }));
        return { type: 'ihave', messages };
      }
      default:
        throw unknown('message', json);
    }
  },
};

const transportAddr = {
  toJson(addr: TransportAddr): Json {
    switch (addr.type) {
      case 'relay':
        return { Relay: addr.url };
      case 'ip':
        return { Ip: formatSocketAddr(addr.addr) };
      case 'custom':
        return { Custom: { id: Number(addr.transport), data: bytes(addr.data) } };
    }
  },
  fromJson(json: Json): TransportAddr {
    const [name, value] = variant(json);
    switch (name) {
      case 'Relay':
        return { type: 'relay', url: value };
      case 'Ip':
        return { type: 'ip', addr: parseSocketAddr(value) };
      case 'Custom':
        return { type: 'custom', transport: BigInt(value.id), data: toBytes(value.data) };
      default:
        throw unknown('address', json);
    }
  },
};

/** `EndpointAddr`. */
export const endpointAddr = {
  toJson: ({ id, addrs }: EndpointAddr): Json => ({ id, addrs: addrs.map(transportAddr.toJson) }),
  fromJson: ({ id, addrs }: Json): EndpointAddr => ({
    id: parseEndpointId(id),
    addrs: addrs.map(transportAddr.fromJson),
  }),
};

/** `AddrInfo`: in our form, a list of addresses that begins with the relay, if there is one. */
export const addrInfo = {
  toJson: (addrs: readonly TransportAddr[]): Json => ({
    relay_url: addrs.find((addr) => addr.type === 'relay')?.url ?? null,
    direct_addresses: addrs.flatMap((addr) => (addr.type === 'ip' ? [formatSocketAddr(addr.addr)] : [])),
  }),
  fromJson: ({ relay_url: url, direct_addresses: direct }: Json): TransportAddr[] => [
    ...(url === null ? [] : [{ type: 'relay', url } as const]),
    ...direct.map((text: string): TransportAddr => ({ type: 'ip', addr: parseSocketAddr(text) })),
  ],
};

export const topic = {
  toJson: (value: TopicId): Json => bytes(topicIdToBytes(value)),
  fromJson: (json: Json): TopicId => topicIdFromBytes(toBytes(json)),
};

/** The chat example's `Message`. */
export const chatMessage = {
  fromJson(json: Json): { type: 'aboutMe'; name: string } | { type: 'message'; text: string } {
    const [name, fields] = variant(json);
    return name === 'AboutMe' ? { type: 'aboutMe', name: fields.name } : { type: 'message', text: fields.text };
  },
};

export const rpcRequest = {
  toJson: ({ topic: of, bootstrap }: Request): Json => ({ Join: { topic_id: topic.toJson(of), bootstrap } }),
  fromJson: ({ Join }: Json): Request => ({
    type: 'join',
    topic: topic.fromJson(Join.topic_id),
    bootstrap: Join.bootstrap,
  }),
};

export const rpcCommand = {
  toJson(command: Command): Json {
    switch (command.type) {
      case 'broadcast':
        return { Broadcast: bytes(command.content) };
      case 'broadcastNeighbors':
        return { BroadcastNeighbors: bytes(command.content) };
      case 'joinPeers':
        return { JoinPeers: command.peers };
    }
  },
  fromJson(json: Json): Command {
    const [name, value] = variant(json);
    switch (name) {
      case 'Broadcast':
        return { type: 'broadcast', content: toBytes(value) };
      case 'BroadcastNeighbors':
        return { type: 'broadcastNeighbors', content: toBytes(value) };
      case 'JoinPeers':
        return { type: 'joinPeers', peers: value };
      default:
        throw unknown('command', json);
    }
  },
};

export const rpcEvent = {
  toJson(event: WireEvent): Json {
    switch (event.type) {
      case 'neighborUp':
        return { NeighborUp: event.peer };
      case 'neighborDown':
        return { NeighborDown: event.peer };
      case 'received': {
        const { content, scope: of, deliveredFrom } = event;
        return { Received: { content: bytes(content), scope: scope.toJson(of), delivered_from: deliveredFrom } };
      }
      case 'lagged':
        return 'Lagged';
    }
  },
  fromJson(json: Json): WireEvent {
    const [name, value] = variant(json);
    switch (name) {
      case 'NeighborUp':
        return { type: 'neighborUp', peer: value };
      case 'NeighborDown':
        return { type: 'neighborDown', peer: value };
      case 'Received': {
        const { content, scope: of, delivered_from: deliveredFrom } = value;
        return { type: 'received', content: toBytes(content), scope: scope.fromJson(of), deliveredFrom };
      }
      case 'Lagged':
        return { type: 'lagged' };
      default:
        throw unknown('event', json);
    }
  },
};
