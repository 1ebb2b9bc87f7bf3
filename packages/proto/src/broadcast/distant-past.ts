/** A message that came to be known long ago. */
export interface PastMessage {
  /** See {@link idPrefix}. */
  readonly prefix: number;
  /** For how long its id has been known, in the unit of the config's durations. */
  readonly age: number;
  /** Whether its payload was here. Otherwise it was told lost, or the application has rejected it. */
  readonly wasHere: boolean;
}

/** What a topic remembers of its past, however long ago that was: of what is compared no more. */
export interface DistantPast {
  /** The latest ones, in the order in which they came. */
  readonly messages: readonly PastMessage[];
  /**
   * Every message that came to be known within this time is among them, or is known otherwise, in the unit of the config's durations. Infinity where
   * none was dropped so far.
   */
  readonly reach: number;
}

/** Of a topic that remembers nothing, and so can't tell what it has never heard of. */
export const NO_DISTANT_PAST: DistantPast = { messages: [], reach: 0 };

/** Of a topic in which nothing was ever said. */
export const EMPTY_PAST: DistantPast = { messages: [], reach: Number.POSITIVE_INFINITY };
