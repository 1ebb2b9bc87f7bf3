import { SecretKey } from '@grapevine/net';
import type { WebKey } from '../identity/key.js';

/** The key of a browser that has no Ed25519 of its own. */
export const keyFromBytes = (bytes: Uint8Array): WebKey => SecretKey.fromBytes(bytes);
