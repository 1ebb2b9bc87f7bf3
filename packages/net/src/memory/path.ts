/** The conditions on the path from one endpoint to another: one direction. */
export interface PathConditions {
  /** In milliseconds. */
  readonly latencyMs: number;
  /** The most that is added at random, in milliseconds. Default 0. */
  readonly jitterMs: number;
  /** Share of packets that have to be sent again, from 0 to less than 1: each costs time, and nothing is lost. Default 0. */
  readonly loss: number;
  /** Default: no limit. */
  readonly bytesPerSecond: number;
  /** Larger packets vanish until the sender gives the size up. Default: no limit. */
  readonly largestDatagram: number;
  /** How long the sender takes to give up a size, in milliseconds. Default 1,500. */
  readonly holeMs: number;
}

/** A path on which nothing goes wrong. */
export const GOOD_PATH: PathConditions = {
  latencyMs: 0,
  jitterMs: 0,
  loss: 0,
  bytesPerSecond: Number.POSITIVE_INFINITY,
  largestDatagram: Number.POSITIVE_INFINITY,
  holeMs: 1_500,
};
