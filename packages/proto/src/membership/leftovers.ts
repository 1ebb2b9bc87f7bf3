/** What a sweep looks through: a map or set of peers. */
interface Remembered<P> {
  readonly size: number;
  delete(peer: P): unknown;
}

/**
 * Forgets what is remembered of peers that are no longer known.
 *
 * @param limit - How much may be remembered in any case.
 * @returns At which size the next sweep is worth its cost. In a storm of joins thousands are known, and looking through all of them at
 * each message would cost their square.
 */
export function sweepLeftovers<P>(
  remembered: Remembered<P>,
  peers: Iterable<P>,
  isKnown: (peer: P) => boolean,
  limit: number,
): number {
  for (const peer of peers) if (!isKnown(peer)) remembered.delete(peer);
  return Math.max(limit, 2 * remembered.size);
}
