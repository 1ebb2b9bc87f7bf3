import { SecretKey, verifySignatureAsync } from '@grapevine/net';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { BrowserKey } from '../src/index.js';

// Node has no IndexedDB, so this has one store that keeps what is put into it. `room.slow.test.ts` runs in real browsers.

class OneStore {
  readonly #kept = new Map<string, unknown>();

  open() {
    return this.#answer({
      createObjectStore: () => {},
      transaction: () => ({
        objectStore: () => ({
          get: (key: string) => this.#answer(this.#kept.get(key)),
          put: (value: unknown, key: string) => this.#answer(this.#kept.set(key, structuredClone(value))),
        }),
      }),
    });
  }

  #answer<T>(result: T): { result: T; onsuccess?: () => void } {
    const request: { result: T; onsuccess?: () => void } = { result };
    setImmediate(() => request.onsuccess?.());
    return request;
  }
}

const message = new TextEncoder().encode('hello');

beforeEach(() => {
  vi.stubGlobal('indexedDB', new OneStore());
  vi.stubGlobal('navigator', {});
});

afterEach(() => void vi.unstubAllGlobals());

describe('the key of a page', () => {
  test('stays in the browser, and is the same the next time', async () => {
    const key = await BrowserKey.load('chat');
    expect(key.isExtractable).toBe(false);
    expect(await verifySignatureAsync(key.id, message, await key.sign(message))).toBe(true);
    expect((await BrowserKey.load('chat')).id).toBe(key.id);
    expect((await BrowserKey.load('another')).id).not.toBe(key.id);
  });

  test('is kept as bytes in a browser without Ed25519, and signs as a SecretKey does', async () => {
    const seed = new Uint8Array(32).fill(7);
    const generateKey = async () => {
      throw new DOMException('Unrecognized name.', 'NotSupportedError');
    };
    const getRandomValues = (bytes: Uint8Array) => {
      bytes.set(seed);
      return bytes;
    };
    vi.stubGlobal('crypto', { getRandomValues, subtle: { generateKey } });
    const key = await BrowserKey.load('chat');
    expect(key.isExtractable).toBe(true);
    const same = SecretKey.fromBytes(seed);
    expect(key.id).toBe(same.id);
    expect(await key.sign(message)).toEqual(same.sign(message));
    expect((await BrowserKey.load('chat')).id).toBe(key.id);
  });
});
