import { encodeFrame, type NetMessage, PREFIX_LENGTH } from './wire.js';

/** Encodes messages. A broadcast is one message to many peers, in a row: it is encoded once. */
export class FrameEncoder {
  readonly #limit: number;
  readonly #onOversized: (message: NetMessage, length: number) => void;
  #lastMessage: NetMessage | undefined;
  #lastFrame: Uint8Array | undefined;

  /**
   * @param limit our longest message in bytes
   * @param onOversized called once for each message over it
   */
  constructor(limit: number, onOversized: (message: NetMessage, length: number) => void) {
    this.#limit = limit;
    this.#onOversized = onOversized;
  }

  /** @returns undefined when the message is over the limit */
  encode(message: NetMessage): Uint8Array | undefined {
    if (message === this.#lastMessage) return this.#lastFrame;
    const frame = encodeFrame(message);
    const length = frame.length - PREFIX_LENGTH;
    const fits = length < this.#limit; // the reference refuses to send what is *not below* the limit
    if (!fits) this.#onOversized(message, length);
    this.#lastMessage = message;
    this.#lastFrame = fits ? frame : undefined;
    return this.#lastFrame;
  }
}
