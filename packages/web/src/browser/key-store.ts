/** A key as the browser's database keeps it. */
export type StoredKey =
  | { readonly type: 'pair'; readonly pair: CryptoKeyPair }
  | { readonly type: 'bytes'; readonly bytes: Uint8Array };

/** WebCrypto's pair of keys. */
export interface CryptoKeyPair {
  readonly privateKey: CryptoKey;
  readonly publicKey: CryptoKey;
}
type CryptoKey = Parameters<typeof crypto.subtle.sign>[1];

/** The part of IndexedDB that is used (https://www.w3.org/TR/IndexedDB/), so that nobody needs the DOM's types. */
interface Request<T> {
  readonly result: T;
  readonly error: Error | null;
  onsuccess: (() => void) | null;
  onerror: (() => void) | null;
}
interface OpenRequest extends Request<Database> {
  onupgradeneeded: (() => void) | null;
  onblocked: (() => void) | null;
}
interface Database {
  createObjectStore(name: string): void;
  transaction(store: string, mode: 'readonly' | 'readwrite'): { objectStore(name: string): ObjectStore };
}
interface ObjectStore {
  get(key: string): Request<StoredKey | undefined>;
  put(value: StoredKey, key: string): Request<unknown>;
}
const browser = globalThis as { readonly indexedDB?: { open(name: string, version: number): OpenRequest } };

const DATABASE = 'grapevine';
const STORE = 'keys';

/** The keys of this origin, in IndexedDB. localStorage would not do: it takes only text, and every script can read it. */
export class KeyStore {
  readonly #database: Database;

  private constructor(database: Database) {
    this.#database = database;
  }

  /** @throws Error where the browser stores nothing for this page */
  static async open(): Promise<KeyStore> {
    const { indexedDB } = browser;
    if (!indexedDB) throw new Error('there is no IndexedDB here to keep a key in');
    const opening = indexedDB.open(DATABASE, 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore(STORE);
    return new KeyStore(await settled(opening));
  }

  get(name: string): Promise<StoredKey | undefined> {
    return settled(this.#database.transaction(STORE, 'readonly').objectStore(STORE).get(name));
  }

  async put(name: string, key: StoredKey): Promise<StoredKey> {
    await settled(this.#database.transaction(STORE, 'readwrite').objectStore(STORE).put(key, name));
    return key;
  }
}

function settled<T>(request: Request<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error('IndexedDB failed'));
  });
}
