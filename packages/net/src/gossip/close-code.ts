/**
 * The application error codes with which gossip closes a connection. Rust closes with 0 and does not look at others, so they
 * are ours to choose.
 */
export const CloseCode = {
  /** Nothing more to say: all topics shared with the peer are finished, or the node shuts down. */
  done: 0,
  /** The peer announced a frame over our limit. */
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
} as const;
