/**
 * The application error codes with which gossip closes a connection. Rust closes with 0 and does not look at others, so they
 * are ours to choose.
 */
export const CloseCode = {
  /** Nothing more to say: all topics shared with the peer are finished, or the node shuts down. */
  done: 0,
  /** The peer announced a frame over our limit. The reason text names the limit: see {@link limitInReason}. */
  frameTooLarge: 1,
  /** The peer sent bytes that are no message. */
  badMessage: 2,
  /** The peer opened a stream without a proper header. */
  badHeader: 3,
  /** The peer takes data too slowly, for too long. */
  tooSlow: 4,
  /** The peer reset or stopped one of our streams: what was on it is lost, so the link starts anew. */
  brokenStream: 5,
  /** The peer holds more connections than anyone needs, or we serve enough peers. */
  tooMany: 6,
  /** The peer has not answered, and a new dial has not brought it back. */
  unresponsive: 7,
  /** The peer has not allowed us a single stream for long. */
  streamLimit: 8,
  /** Another node with the peer's identity has connected from another address, while the peer was alive. */
  identityConflict: 9,
  /** The peer costs more of our time, or memory for what it does not finish, than its share, and waiting has not slowed it down. */
  overShare: 10,
  /** The peer has sent too many messages that the application rejects. */
  rejected: 11,
} as const;

/** What a peer's limit is, from the reason with which it closed for {@link CloseCode.frameTooLarge}; undefined when the text does not say. */
export function limitInReason(reason: string): number | undefined {
  const [, digits] = /over the limit of (\d{1,10})/.exec(reason) ?? [];
  return digits === undefined ? undefined : Number(digits);
}
