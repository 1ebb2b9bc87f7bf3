import { type EndpointId, loadSigningKey, parseEndpointId } from '@grapevine/net';
import { aString, someBytes } from '@grapevine/net/transport';
import type { WebKey } from '../identity/key.js';
import { type CryptoKeyPair, KeyStore, type StoredKey } from './key-store.js';
import { lockForThisTab } from './tab-lock.js';

/** How many tabs of one page can be open, each with a key of its own. */
const MAX_TABS = 64;

/**
 * The key of a page, kept by the browser: a user who comes back is the same endpoint. Where the browser has WebCrypto's Ed25519, scripts on the page
 * can use the key but not extract it. Elsewhere the bytes of a key are in the same database. Two tabs of one page that are open at the same time are
 * two endpoints.
 */
export class BrowserKey implements WebKey {
  readonly id: EndpointId;
  /** Whether scripts on the page can read the key: true where the browser lacks WebCrypto's Ed25519. */
  readonly isExtractable: boolean;
  readonly #stored: StoredKey;

  private constructor(id: EndpointId, stored: StoredKey) {
    this.id = id;
    this.#stored = stored;
    this.isExtractable = stored.type === 'bytes';
  }

  /**
   * Loads the key with this name, or makes one.
   *
   * @throws Error where the page may not store anything (a private window of some browsers, a page from `file:`), or has too many tabs
   */
  static async load(name: string): Promise<BrowserKey> {
    CHECK: aString('name', name);
    const store = await KeyStore.open();
    for (let tab = 1; tab <= MAX_TABS; tab++) {
      const own = tab === 1 ? name : `${name} ${tab}`;
      if (!(await lockForThisTab(`grapevine key ${own}`))) continue;
      const stored = (await store.get(own)) ?? (await store.put(own, await generate()));
      return new BrowserKey(await idOf(stored), stored);
    }
    throw new Error(`${MAX_TABS} tabs with the key "${name}" are open: close some`);
  }

  async sign(message: Uint8Array): Promise<Uint8Array> {
    CHECK: someBytes('message', message);
    switch (this.#stored.type) {
      case 'pair':
        return new Uint8Array(await crypto.subtle.sign('Ed25519', this.#stored.pair.privateKey, copyOf(message)));
      case 'bytes':
        return (await loadSigningKey(this.#stored.bytes)).sign(message);
    }
  }
}

async function generate(): Promise<StoredKey> {
  try {
    const pair = (await crypto.subtle.generateKey('Ed25519', false, ['sign', 'verify'])) as CryptoKeyPair;
    return { type: 'pair', pair };
  } catch {
    return { type: 'bytes', bytes: crypto.getRandomValues(new Uint8Array(32)) }; // a browser without Ed25519
  }
}

async function idOf(stored: StoredKey): Promise<EndpointId> {
  return parseEndpointId(hex(await publicKeyOf(stored)));
}

async function publicKeyOf(stored: StoredKey): Promise<Uint8Array> {
  switch (stored.type) {
    case 'pair':
      return new Uint8Array(await crypto.subtle.exportKey('raw', stored.pair.publicKey));
    case 'bytes':
      return (await loadSigningKey(stored.bytes)).publicKey;
  }
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** WebCrypto takes no views of shared memory, and its types say so. */
function copyOf(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(bytes);
}
