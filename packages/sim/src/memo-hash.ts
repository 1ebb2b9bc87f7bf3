import { defaultHash, type Hash } from '@grapevine/proto';
import { aFunction } from '@grapevine/proto/check';

/**
 * A hash that is computed once for each content. In the simulator all nodes share a payload as one array, and without this each of them would hash
 * it. Ids, and so whole runs, stay the same.
 *
 * @param hash - Default: BLAKE3.
 */
export function memoHash(hash: Hash = defaultHash): Hash {
  aFunction('hash', hash);
  const known = new WeakMap<Uint8Array, Uint8Array>();
  // The last payload: most calls in a row are about the same one.
  let latest: { readonly content: Uint8Array; readonly digest: Uint8Array } | undefined;
  return (content) => {
    if (latest?.content === content) return latest.digest;
    let digest = known.get(content);
    if (digest === undefined) {
      digest = hash(content);
      known.set(content, digest);
    }
    latest = { content, digest };
    return digest;
  };
}
