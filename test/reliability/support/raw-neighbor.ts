import { Gossip } from '@grapevine/api';
import type { Connection, SendStream } from '@grapevine/net';
import { Endpoint } from '@grapevine/net/quic';
import { encodeFrame, encodeHeader } from '../../../packages/net/src/gossip/wire.js';
import { type SwarmNode, TOPIC } from './swarm.js';
import { until } from './until.js';

/** A neighbor without a node, which a test controls: it can read nothing, or too slowly. */
export interface RawNeighbor {
  readonly endpoint: Endpoint;
  readonly connection: Connection;
  readonly stream: SendStream;
}

/** Makes a raw neighbor of a node. It reads only what the test reads from its connection. */
export async function joinRaw(victim: SwarmNode, streamWindow = 64 * 1024): Promise<RawNeighbor> {
  const endpoint = await Endpoint.bind({ address: '127.0.0.1:0', alpns: [Gossip.ALPN], streamWindow });
  const connection = await endpoint.connect(victim.addr(), Gossip.ALPN);
  const stream = await connection.openUni();
  stream.write(Buffer.concat([encodeHeader(TOPIC), encodeFrame({ type: 'join', data: undefined })]));
  await until('raw neighbor', () => victim.neighbors().includes(endpoint.id));
  return { endpoint, connection, stream };
}
