import { type EndpointId, endpointIdSchema, type SecretKey, verifySignature } from '@grapevine/net';
import { bytes, decode, encode, string, struct, u32 } from '@grapevine/postcard';

// What an application puts around its messages so that their author and their order are known. Grapevine carries the bytes, and `validate` asks the
// application about them.

const signedSchema = struct({ sequence: u32, seconds: u32, payload: string });
const envelopeSchema = struct({ author: endpointIdSchema, signed: bytes, signature: bytes });

/** A message, who says it, as which of theirs (the first is 0), and when. */
export interface Said {
  readonly author: EndpointId;
  readonly sequence: number;
  /** Since 1970. */
  readonly seconds: number;
  readonly payload: string;
}

/** An author and how many messages it has sealed. */
export class Author {
  readonly id: EndpointId;
  readonly #key: SecretKey;
  #next = 0;

  constructor(key: SecretKey) {
    this.id = key.id;
    this.#key = key;
  }

  seal(payload: string): Uint8Array {
    const seconds = Math.floor(Date.now() / 1000);
    const signed = encode(signedSchema, { sequence: this.#next++, seconds, payload });
    return encode(envelopeSchema, { author: this.id, signed, signature: this.#key.sign(signed) });
  }
}

/** @throws Error when the author has not signed it */
export function open(envelope: Uint8Array): Said {
  const { author, signed, signature } = decode(envelopeSchema, envelope);
  if (!verifySignature(author, signed, signature)) throw new Error('invalid signature');
  return { author, ...decode(signedSchema, signed) };
}

/** The same envelope with another sequence number under the old signature: a forgery. */
export function renumber(envelope: Uint8Array, sequence: number): Uint8Array {
  const { author, signed, signature } = decode(envelopeSchema, envelope);
  return encode(envelopeSchema, {
    author,
    signature,
    signed: encode(signedSchema, { ...decode(signedSchema, signed), sequence }),
  });
}

/** Hands out the messages of each author in the order in which they were said: what comes too early waits. */
export class InOrder {
  readonly said: Said[] = [];
  /** The sequence number that comes next. */
  readonly #next = new Map<EndpointId, number>();
  readonly #early = new Map<EndpointId, Map<number, Said>>();

  add(message: Said): void {
    const { author, sequence } = message;
    const early = this.#early.get(author) ?? new Map<number, Said>();
    this.#early.set(author, early.set(sequence, message));
    let next = this.#next.get(author) ?? 0;
    for (let due = early.get(next); due; due = early.get(next)) {
      early.delete(next++);
      this.said.push(due);
    }
    this.#next.set(author, next);
  }

  /** How many messages wait for one before them. */
  get waiting(): number {
    return [...this.#early.values()].reduce((sum, { size }) => sum + size, 0);
  }
}
