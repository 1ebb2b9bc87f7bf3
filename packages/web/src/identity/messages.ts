import { type EndpointId, endpointIdSchema } from '@grapevine/net';
import {
  array32,
  enumOf,
  type Infer,
  type Reader,
  type Schema,
  seq,
  struct,
  u64,
  type Writer,
} from '@grapevine/postcard';

import { concat } from '../bytes.js';

const SIGNATURE_BYTES = 64;
/** The most hashes of a listener, which has three: of its last, its present and its next certificate. */
export const MAX_HASHES = 4;

const signatureSchema: Schema<Uint8Array> = {
  minLength: SIGNATURE_BYTES,
  size: () => SIGNATURE_BYTES,
  write: (writer: Writer, value: Uint8Array) => writer.raw(value),
  read: (reader: Reader) => new Uint8Array(reader.raw(SIGNATURE_BYTES)),
};

/** What a listener says first, on the first two-way stream that it opens. */
export const helloSchema = enumOf({
  hello: {
    id: endpointIdSchema,
    nonce: array32,
    /** SHA-256 of the certificates that it shows: the last, the present and the next one. */
    hashes: seq(array32),
    /** When this expires, in seconds since 1970. */
    notAfter: u64,
    /** See {@link statement}. */
    signature: signatureSchema,
  },
  refused: {},
  unknownProtocol: {},
});
export type Hello = Infer<typeof helloSchema>;

/** What a dialer answers. */
export const proofSchema = struct({ id: endpointIdSchema, signature: signatureSchema });

/** The listener's last message in the handshake. If the dialer's proof is wrong, the listener closes the session instead. */
export const accepted = enumOf({ accepted: {} });

// What is signed begins with its purpose, and all parts but the last have a fixed length: no two lists give the same bytes.
const encoder = new TextEncoder();
const LISTENER = encoder.encode('grapevine-web/1 listener\0');
const DIALER = encoder.encode('grapevine-web/1 dialer\0');

/**
 * What a listener signs: that until `notAfter` it shows these certificates and no others. A dialer accepts it only if every hash that it has pinned
 * is among them. Otherwise an attacker could offer their own certificate beside one of the listener's, and repeat what the listener has signed.
 */
export function statement(hashes: readonly Uint8Array[], notAfter: bigint): Uint8Array {
  const time = new Uint8Array(8);
  new DataView(time.buffer).setBigUint64(0, notAfter);
  return concat(LISTENER, time, ...hashes);
}

/** What a dialer signs: that it talks to this listener, on this connection (the nonce is the listener's), about this protocol. */
export function dialerStatement(listener: EndpointId, nonce: Uint8Array, alpn: string): Uint8Array {
  return concat(DIALER, encoder.encode(listener), nonce, encoder.encode(alpn));
}
