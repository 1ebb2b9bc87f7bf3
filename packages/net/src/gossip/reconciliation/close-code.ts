/** Codes that close connections of the reconcile protocol. */
export const ConnectionCode = {
  /** Nothing is under way, or the node shuts down. */
  done: 0,
  /** The peer sent something that is not a frame, or a frame out of place. */
  violation: 1,
  /** The peer holds more connections than anyone needs, or we serve enough peers. */
  tooMany: 2,
} as const;

/** Codes that end a session alone. */
export const SessionCode = {
  /** The other side had begun a session at the same time: that one counts. */
  duplicate: 1,
  /** The peer is no neighbor in that topic. The code is the same whether we are in the topic or not. */
  notNeighbor: 2,
  /** Too much is under way: try again. */
  busy: 3,
  /** Nothing came for too long, it took too long altogether, or we no longer need it. */
  cancelled: 4,
} as const;
