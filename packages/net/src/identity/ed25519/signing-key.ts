/** An Ed25519 secret key that signs. */
export interface SigningKey {
  /** The 32 bytes of the public key. */
  readonly publicKey: Uint8Array;
  /** RFC 8032, deterministic. @returns 64 bytes */
  sign(message: Uint8Array): Uint8Array;
}
