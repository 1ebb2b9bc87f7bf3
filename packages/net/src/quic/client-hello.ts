import { readVarint } from './varint.js';

/** Frames that a client's Initial may hold (RFC 9000, section 12.4). */
const PADDING = 0x00;
const PING = 0x01;
const ACK = 0x02;
const ACK_ECN = 0x03;
const CRYPTO = 0x06;
const CONNECTION_CLOSE = 0x1c;
/** TLS's message (RFC 8446, section 4). */
const CLIENT_HELLO = 1;
const MESSAGE_HEADER = 4;
/** The largest ClientHello, in bytes: with post-quantum key shares they have about 2 kB. */
const MAX_HELLO = 8_192;
/** Most pieces of a ClientHello: browsers cut theirs into a dozen. */
const MAX_PIECES = 32;
const MAX_ACK_RANGES = 64;

/** What a packet says about the ClientHello that it should bring. */
export type HelloState = 'incomplete' | 'complete' | 'invalid';

/**
 * Watches the Initial packets of one client for its ClientHello: whether all of it is there, and that nothing else comes. It keeps only the first
 * four bytes, and of the others which have come.
 *
 * quiche 0.18 keeps whatever CRYPTO frames bring, without a limit (CVE-2024-1765). So no quiche connection is made before the ClientHello is
 * complete, and no byte beyond it is handed to quiche.
 */
export class ClientHello {
  readonly #head = new Uint8Array(MESSAGE_HEADER);
  /** Which bytes have come: `[start, end)`, in order, with holes between them. */
  #pieces: Array<readonly [number, number]> = [];

  get isComplete(): boolean {
    const [first] = this.#pieces;
    return first !== undefined && first[0] === 0 && first[1] >= MESSAGE_HEADER && first[1] >= this.#length();
  }

  /** Takes in the frames of one Initial packet. Once it was 'invalid' the object is of no more use. */
  add(frames: Uint8Array): HelloState {
    let at = 0;
    const number = (): number => {
      const read = readVarint(frames, at);
      if (!read) throw INVALID;
      at = read.next;
      return read.value;
    };
    try {
      while (at < frames.length) {
        const type = frames[at++];
        if (type === PADDING || type === PING) continue;
        if (type === CRYPTO) {
          const offset = number();
          const length = number();
          if (at + length > frames.length) return 'invalid';
          if (!this.#take(offset, frames.subarray(at, at + length))) return 'invalid';
          at += length;
        } else if (type === ACK || type === ACK_ECN) {
          number(); // largest
          number(); // delay
          const ranges = number();
          if (ranges > MAX_ACK_RANGES) return 'invalid';
          for (let i = 0; i < 1 + 2 * ranges + (type === ACK_ECN ? 3 : 0); i++) number();
        } else if (type === CONNECTION_CLOSE) {
          number(); // code
          number(); // type of a frame
          at += number(); // reason
        } else {
          return 'invalid';
        }
      }
    } catch (error) {
      if (error === INVALID) return 'invalid';
      throw error;
    }
    return this.isComplete ? 'complete' : 'incomplete';
  }

  #take(offset: number, bytes: Uint8Array): boolean {
    const end = offset + bytes.length;
    if (end > MAX_HELLO) return false;
    for (let i = 0; i < bytes.length && offset + i < MESSAGE_HEADER; i++) this.#head[offset + i] = bytes[i] as number;
    this.#pieces = merged([...this.#pieces, [offset, end]]);
    if (this.#pieces.length > MAX_PIECES) return false;
    const [first] = this.#pieces;
    if (first?.[0] !== 0 || first[1] < MESSAGE_HEADER) return true; // its length is not known yet
    const last = this.#pieces.at(-1)?.[1] ?? 0;
    return this.#head[0] === CLIENT_HELLO && this.#length() <= MAX_HELLO && last <= this.#length();
  }

  #length(): number {
    const [, high = 0, middle = 0, low = 0] = this.#head;
    return MESSAGE_HEADER + (high << 16) + (middle << 8) + low;
  }
}

const INVALID = new Error('malformed frame');

function merged(pieces: Array<readonly [number, number]>): Array<readonly [number, number]> {
  const all: Array<readonly [number, number]> = [];
  for (const [start, end] of pieces.sort(([a], [b]) => a - b)) {
    const last = all.at(-1);
    if (last && start <= last[1]) all[all.length - 1] = [last[0], Math.max(last[1], end)];
    else all.push([start, end]);
  }
  return all;
}
