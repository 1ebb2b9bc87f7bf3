import type { TopicId } from '@grapevine/api';
import type { Connection, EndpointId, SendStream } from '@grapevine/net';
import { GOSSIP_ALPN, namedIdSchema } from '@grapevine/net';
import { Endpoint } from '@grapevine/net/quic';
import { encode } from '@grapevine/postcard';
import { type Message, messageCodec, topicIdToBytes } from '@grapevine/proto';
import type { Field } from './attack.js';

const codec = messageCodec(namedIdSchema);

/** A message of the protocol. */
export type RawMessage = Message<EndpointId>;

/** A body with its length in front. */
export function frame(body: Uint8Array): Uint8Array {
  const bytes = Buffer.alloc(4 + body.length);
  bytes.writeUInt32BE(body.length);
  bytes.set(body, 4);
  return bytes;
}

/** A message as it goes over a stream. */
export function message(content: RawMessage): Uint8Array {
  return frame(encode(codec, content));
}

/** An id that nobody has; `seed` makes different ones. */
export function inventedId(seed: number): EndpointId {
  return (seed + 1).toString(16).padStart(8, '0').repeat(8) as EndpointId;
}

/** Somebody who completes a handshake, and then does as it likes. */
export class RawPeer {
  readonly id: EndpointId;
  readonly connection: Connection;
  readonly #endpoint: Endpoint;
  readonly #traffic: Field['traffic'];
  #isClosed = false;

  private constructor(endpoint: Endpoint, connection: Connection, traffic: Field['traffic']) {
    this.id = endpoint.id;
    this.connection = connection;
    this.#endpoint = endpoint;
    this.#traffic = traffic;
  }

  static async connect({ target, traffic, signal }: Pick<Field, 'target' | 'traffic' | 'signal'>): Promise<RawPeer> {
    const endpoint = await Endpoint.bind({ address: '127.0.0.1:0' });
    try {
      return new RawPeer(endpoint, await endpoint.connect(target, GOSSIP_ALPN, { signal }), traffic);
    } catch (error) {
      await endpoint.close();
      throw error;
    }
  }

  /** Opens a stream about a topic. */
  async stream(topic: TopicId): Promise<SendStream> {
    const stream = await this.connection.openUni();
    stream.write(frame(topicIdToBytes(topic)));
    return stream;
  }

  /** Writes as fast as the target takes it. @returns false when the connection is over */
  async write(stream: SendStream, bytes: Uint8Array): Promise<boolean> {
    if (stream.write(bytes)) return true;
    const isOver = this.connection.closed.then(() => true);
    return !(await Promise.race([isOver, stream.drained.then(() => false)]));
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    const { sentBytes, receivedBytes } = this.connection.stats();
    this.#traffic.sent += sentBytes;
    this.#traffic.received += receivedBytes;
    await this.#endpoint.close();
  }
}
