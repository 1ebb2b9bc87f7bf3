import type { EndpointId } from '@grapevine/net';

/** An Ed25519 key that can sign, whether or not its secret can be read: a `SecretKey` of `@grapevine/net`, or a key that the browser keeps. */
export interface WebKey {
  /** The public half: who we are. */
  readonly id: EndpointId;
  /** Signs a message (RFC 8032). @returns 64 bytes */
  sign(message: Uint8Array): Uint8Array | Promise<Uint8Array>;
}
