import { readFile } from 'node:fs/promises';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { brotliCompress, gzip } from 'node:zlib';

const PAGE = fileURLToPath(new URL('./page/', import.meta.url));
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** What a browser may ask for, best first. */
const CODINGS = ['br', 'gzip', 'identity'] as const;
type Coding = (typeof CODINGS)[number];

const ENCODE: Readonly<Record<Coding, (bytes: Uint8Array) => Promise<Uint8Array>>> = {
  br: promisify(brotliCompress),
  gzip: promisify(gzip),
  identity: async (bytes) => bytes,
};

/** A file of the page, as it goes over the wire. */
export interface PageFile {
  readonly type: string;
  readonly coding: Coding;
  readonly bytes: Uint8Array;
}

/**
 * The built page. Each file is compressed once for each coding that is asked for, and kept: a page that chats is a quarter of its size then. (It has
 * no secrets, so its length tells none.)
 */
export class PageFiles {
  readonly #kept = new Map<string, Promise<Uint8Array | undefined>>();

  /**
   * @param path of the URL
   * @param accepted the header `accept-encoding`
   * @returns undefined where there is no such file
   */
  async get(path: string, accepted: string): Promise<PageFile | undefined> {
    const file = fileAt(path);
    const type = TYPES[extname(file)];
    if (type === undefined) return;
    const coding = bestOf(accepted);
    const bytes = await this.#encoded(file, coding);
    return bytes && { type, coding, bytes };
  }

  async #encoded(file: string, coding: Coding): Promise<Uint8Array | undefined> {
    const read = (): Promise<Uint8Array | undefined> => readFile(join(PAGE, file)).catch(() => undefined);
    if (coding === 'identity') return await read();
    const key = `${coding} ${file}`;
    const kept = this.#kept.get(key) ?? read().then((bytes) => bytes && ENCODE[coding](bytes));
    this.#kept.set(key, kept);
    const bytes = await kept;
    if (bytes === undefined) this.#kept.delete(key); // names that there are not are many
    return bytes;
  }
}

/** The best coding of those that are accepted; one that is refused (`;q=0`) is not. */
function bestOf(accepted: string): Coding {
  const names = accepted
    .toLowerCase()
    .split(',')
    .filter((part) => !/;\s*q=0(\.0*)?\s*$/.test(part))
    .map((part) => part.replace(/;.*/, '').trim());
  return CODINGS.find((coding) => names.includes(coding)) ?? 'identity';
}

/** @param path - whatever a stranger has sent. @returns a path below the page's folder; empty where it can't be read */
function fileAt(path: string): string {
  if (path === '/') return '/index.html';
  try {
    return normalize(`/${decodeURIComponent(path)}`); // what begins with a slash leads nowhere above it
  } catch {
    return '';
  }
}
