import type { BiStream } from '@grapevine/net';
import { decode, encode, type Schema } from '@grapevine/postcard';
import { StreamReader } from '../http3/stream-reader.js';

/** The longest message of the handshake, in bytes. */
const MAX_MESSAGE = 1_024;

/** Messages, each after its length in two bytes. */
export class MessageStream {
  readonly #stream: BiStream;
  readonly #reader: StreamReader;

  constructor(stream: BiStream) {
    this.#stream = stream;
    this.#reader = new StreamReader(stream.recv);
  }

  send<T>(schema: Schema<T>, message: T): void {
    const bytes = encode(schema, message);
    const frame = new Uint8Array(2 + bytes.length);
    new DataView(frame.buffer).setUint16(0, bytes.length);
    frame.set(bytes, 2);
    this.#stream.send.write(frame);
  }

  /** @throws Error if the bytes are no such message */
  async receive<T>(schema: Schema<T>): Promise<T> {
    const [high = 0, low = 0] = await this.#reader.exactly(2);
    const length = high * 256 + low;
    if (length > MAX_MESSAGE) throw new Error(`a message of ${length} bytes, at most ${MAX_MESSAGE} are taken`);
    return decode(schema, await this.#reader.exactly(length));
  }

  finish(): void {
    this.#stream.send.finish();
  }
}
