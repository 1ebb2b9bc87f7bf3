import type { TopicId } from '@grapevine/api';
import type { Connection, EndpointAddr, EndpointId, SendStream } from '@grapevine/net';
import { GOSSIP_ALPN, namedIdSchema } from '@grapevine/net';
import { Endpoint } from '@grapevine/net/quic';
import { encode } from '@grapevine/postcard';
import { type Message, messageCodec, topicIdToBytes } from '@grapevine/proto';

const codec = messageCodec(namedIdSchema);

/** Attackers are on a host of their own, so that the target counts nothing of theirs against others. */
export const ATTACKER_HOST = '127.0.0.9';

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

/** How to be connected. */
export interface RawPeerOptions {
  /** The protocol that is asked for. Default: gossip. */
  readonly alpn?: string;
  /** Where the attacker is. Default {@link ATTACKER_HOST}. */
  readonly host?: string;
}

/** Somebody who completes a handshake, and then does as it likes. */
export class RawPeer {
  readonly id: EndpointId;
  readonly connection: Connection;
  readonly #endpoint: Endpoint;
  readonly #connections: Connection[];
  #isOver = false;
  #closing: Promise<void> | undefined;

  private constructor(endpoint: Endpoint, connection: Connection) {
    this.id = endpoint.id;
    this.connection = connection;
    this.#endpoint = endpoint;
    this.#connections = [connection];
    void connection.closed.then(() => {
      this.#isOver = true;
    });
  }

  static async connect(target: EndpointAddr, signal: AbortSignal, options: RawPeerOptions = {}): Promise<RawPeer> {
    const { alpn = GOSSIP_ALPN, host = ATTACKER_HOST } = options;
    const endpoint = await Endpoint.bind({ address: `${host}:0` });
    try {
      return new RawPeer(endpoint, await endpoint.connect(target, alpn, { signal }));
    } catch (error) {
      await endpoint.close();
      throw error;
    }
  }

  /** One more connection of the same peer, for another protocol. */
  async dial(target: EndpointAddr, alpn: string): Promise<Connection> {
    const connection = await this.#endpoint.connect(target, alpn);
    this.#connections.push(connection);
    return connection;
  }

  /** Bytes of all its connections so far. */
  stats(): { readonly sent: number; readonly received: number } {
    let [sent, received] = [0, 0];
    for (const connection of this.#connections) {
      const { sentBytes, receivedBytes } = connection.stats();
      sent += sentBytes;
      received += receivedBytes;
    }
    return { sent, received };
  }

  /** Opens a stream about a topic. */
  async stream(topic: TopicId): Promise<SendStream> {
    const stream = await this.connection.openUni();
    stream.write(frame(topicIdToBytes(topic)));
    return stream;
  }

  /** Opens a stream about a topic, and asks to be a neighbor there. */
  async join(topic: TopicId): Promise<SendStream> {
    const stream = await this.stream(topic);
    stream.write(message({ type: 'join', data: undefined }));
    return stream;
  }

  /** Writes as fast as the target takes it. @returns false when the connection is over */
  async write(stream: SendStream, bytes: Uint8Array): Promise<boolean> {
    if (this.#isOver) return false;
    if (stream.write(bytes)) return true;
    const isOver = this.connection.closed.then(() => true);
    return !(await Promise.race([isOver, stream.drained.then(() => false)]));
  }

  close(): Promise<void> {
    this.#closing ??= this.#endpoint.close();
    return this.#closing;
  }
}
