import type { Outcome } from '../src/siege.js';

const NO_JOINS = { newcomerMs: 1, introducedMs: 1, ownMs: 1, waitMs: 0 };

/** Nothing happened in a second. */
export const QUIET: Outcome = {
  seconds: 1,
  traffic: { sent: 0, received: 0, thirdParty: 0, strangers: 0, handshakes: 0 },
  steady: { seconds: 1, sent: 0, handshakes: 0, cpuMs: 0 },
  floor: { kind: 'transport', cpuMsPerMegabyte: 0, handshakeMs: 0 },
  bareHandshakeMs: 0.3,
  memoryBytes: 0,
  p99BeforeMs: 1,
  p99Ms: 1,
  joinsBefore: NO_JOINS,
  joins: NO_JOINS,
  turnMs: 1,
  longestWaitMs: 0,
  publisherWaitMs: 0,
  share: 1,
  slowdown: 1,
  refused: {},
};
export const LONG_TURN: Outcome = { ...QUIET, turnMs: 35 };
export const LATE: Outcome = { ...QUIET, p99Ms: 180 };
