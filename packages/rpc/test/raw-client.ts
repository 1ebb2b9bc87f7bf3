import type { BiStream } from '@grapevine/net';
import { parseSocketAddr } from '@grapevine/net';
import { type CertificateConnection, CertificateEndpoint, type EndpointOptions } from '@grapevine/net/quic';
import { decode, type Schema } from '@grapevine/postcard';
import { ItemReader } from '../src/item-reader.js';
import { encodeItem } from '../src/item-writer.js';
import { RPC_ALPN } from '../src/protocol.js';
import { type Command, commandSchema, eventSchema, type Request, requestSchema, type WireEvent } from '../src/wire.js';

/** A stream of the remote API, as bytes. */
export interface RawStream extends BiStream {
  /** Items as they come. */
  readonly reader: ItemReader;
}

/** A client that a test controls: it can do what our client never does. */
export class RawClient {
  readonly connection: CertificateConnection;
  readonly #endpoint: CertificateEndpoint;

  private constructor(endpoint: CertificateEndpoint, connection: CertificateConnection) {
    this.#endpoint = endpoint;
    this.connection = connection;
  }

  static async connect(
    server: { readonly address: string; readonly certificate: Uint8Array | undefined },
    options: EndpointOptions & { readonly alpn?: string } = {},
  ): Promise<RawClient> {
    const { alpn = RPC_ALPN, ...rest } = options;
    const endpoint = await CertificateEndpoint.bind({ address: '127.0.0.1:0', keepAliveMs: 1_000, ...rest });
    const { address, certificate = new Uint8Array() } = server;
    return new RawClient(endpoint, await endpoint.connect({ addr: parseSocketAddr(address), certificate }, alpn));
  }

  async open(...chunks: readonly Uint8Array[]): Promise<RawStream> {
    const stream = await this.connection.openBi();
    for (const chunk of chunks) stream.send.write(chunk);
    return { ...stream, reader: new ItemReader(stream.recv) };
  }

  close(): Promise<void> {
    return this.#endpoint.close();
  }
}

export const request = (value: Request) => encodeItem(requestSchema, value);
export const command = (value: Command) => encodeItem(commandSchema, value);

/** The next event; undefined at the end. */
export function nextEvent(stream: RawStream): Promise<WireEvent | undefined> {
  return nextItem(stream, eventSchema);
}

export async function nextItem<T>({ reader }: RawStream, schema: Schema<T>): Promise<T | undefined> {
  const body = await reader.next();
  return body && decode(schema, body);
}

/** An encoded length, in as many bytes as a test wants. */
export function length(value: number, bytes?: number): Uint8Array {
  const out: number[] = [];
  for (let rest = value; rest >= 0x80 || out.length === 0; rest = Math.floor(rest / 0x80)) out.push(rest % 0x80);
  if (value >= 0x80) out.push(Math.floor(value / 0x80 ** out.length));
  while (bytes !== undefined && out.length < bytes) out.push(0);
  return Uint8Array.from(out, (byte, i) => (i + 1 < out.length ? byte | 0x80 : byte));
}

export function item(...body: readonly number[]): Uint8Array {
  return Uint8Array.of(...length(body.length), ...body);
}
