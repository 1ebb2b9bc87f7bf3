import { isDeepStrictEqual } from 'node:util';
import { seededRng } from '@grapevine/proto';
import { askRust } from './rust-bytes.js';
import type { Json } from './serde-json.js';
import { type WireKindName, wireKinds } from './wire-kinds.js';

/** Bytes that are nearly right: some of the given ones, with one to three changes. */
export function mutations(
  hexes: readonly string[],
  options: { readonly seed: number; readonly count: number },
): string[] {
  const seed = new Uint8Array(16);
  new DataView(seed.buffer).setUint32(0, options.seed);
  const rng = seededRng(seed);
  const below = (limit: number) => rng.index(limit);
  return Array.from({ length: options.count }, () => {
    let bytes: number[] = [...Buffer.from(hexes[below(hexes.length)] ?? '', 'hex')];
    for (let changes = 1 + below(3); changes > 0; changes--) {
      // The first bytes decide most.
      const at = below(2) === 0 ? below(Math.min(8, bytes.length + 1)) : below(bytes.length + 1);
      switch (below(5)) {
        case 0:
          bytes[at] = (bytes[at] ?? 0) ^ (1 << below(8));
          break;
        case 1:
          bytes[at] = below(256);
          break;
        case 2:
          bytes = bytes.slice(0, at);
          break;
        case 3:
          bytes.splice(at, 0, below(2) === 0 ? 0x80 : below(256));
          break;
        case 4:
          bytes.splice(at, 1 + below(4));
          break;
      }
    }
    return Buffer.from(bytes).toString('hex');
  });
}

/** The value that our code reads; undefined when it refuses the bytes. */
export function readHere(name: WireKindName, hex: string): unknown {
  try {
    return wireKinds[name].read(Uint8Array.from(Buffer.from(hex, 'hex')));
  } catch {
    return undefined;
  }
}

/** Bytes that our code and the crates read differently: what each read, or why Rust refused them. */
export interface Disagreement {
  readonly hex: string;
  readonly here: Json | undefined;
  readonly rust: Json;
}

/** The bytes that our code and the crates read differently. */
export async function disagreements(name: WireKindName, hexes: readonly string[]): Promise<Disagreement[]> {
  const kind = wireKinds[name];
  const answers = await askRust(hexes.map((hex) => ({ kind: name, hex })));
  return answers.flatMap((answer, i) => {
    const hex = hexes[i] as string;
    const here = readHere(name, hex);
    if ('error' in answer) return here === undefined ? [] : [{ hex, here: kind.toJson(here), rust: answer.error }];
    const agreed = here !== undefined && isDeepStrictEqual(here, kind.fromJson(answer.json));
    return agreed ? [] : [{ hex, here: here === undefined ? undefined : kind.toJson(here), rust: answer.json }];
  });
}

/**
 * Whether only one side read the bytes, and what it read has a relay URL that is not among `whole`. Node's parser and that
 * of Rust's `url` both follow the WHATWG, and part on broken punycode and on schemes that nobody knows.
 */
export function isAboutUrl({ here, rust }: Disagreement, whole: ReadonlySet<string>): boolean {
  if (here !== undefined && typeof rust !== 'string') return false;
  return urlsIn(here ?? rust).some((url) => !whole.has(url));
}

/** The relay URLs in serde's description of a value. */
export function urlsIn(json: Json): string[] {
  const found = JSON.stringify(json).matchAll(/"(?:Relay|relay_url)":("[^"]*")/g);
  return [...found].map(([, url]) => JSON.parse(url as string));
}
