import type { SigningKey } from './signing-key.js';

/**
 * Ed25519 by WebCrypto (https://www.w3.org/TR/webcrypto-2/#ed25519), for browsers and workers. A browser that has none loads the portable one.
 *
 * @module
 */

/** Whether a signature fits. Says nothing of small-order points. */
export async function verifyAsync(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): Promise<boolean> {
  try {
    const key = await crypto.subtle.importKey('raw', copyOf(publicKey), 'Ed25519', false, ['verify']);
    return await crypto.subtle.verify('Ed25519', key, copyOf(signature), copyOf(message));
  } catch (error) {
    if (isKnown(error)) return false;
    const { verify } = await import('./portable-on-demand.js');
    return verify(publicKey, message, signature);
  }
}

/** The key with this 32-byte seed, by the portable library: called where a browser has no Ed25519 of its own. */
export async function signingKeyAsync(seed: Uint8Array): Promise<SigningKey> {
  const { signingKey } = await import('./portable-on-demand.js');
  return signingKey(seed);
}

/** Whether the browser has looked at the key. It says `NotSupportedError` where it has no Ed25519; without a secure context it has no WebCrypto. */
function isKnown(error: unknown): boolean {
  return crypto.subtle !== undefined && (error as Error).name !== 'NotSupportedError';
}

/** WebCrypto takes no views of shared memory, and its types say so. */
function copyOf(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(bytes);
}
