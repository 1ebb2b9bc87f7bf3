import type { Config } from './config.js';

/** What a node does at the edges of a topic's life. */
export interface TopicLifecycle {
  /** Whether timers from an earlier life of a topic are void. */
  readonly dropsOldTimers: boolean;
  /** Whether links that only the topic has used are closed when it is left. */
  readonly closesUnusedLinks: boolean;
  /**
   * Whether a peer that confirms or asks to be our neighbor in a topic that we are not in is told so. It may be answering a
   * join that we have taken back since, and would keep a neighbor that never says anything.
   */
  readonly answersNeighborRequests: boolean;
}

const LIFECYCLES: Readonly<Record<Config['mode'], TopicLifecycle>> = {
  reference: { dropsOldTimers: false, closesUnusedLinks: false, answersNeighborRequests: false },
  hardened: { dropsOldTimers: true, closesUnusedLinks: true, answersNeighborRequests: true },
};

/** The rules of a mode. */
export function topicLifecycle(mode: Config['mode']): TopicLifecycle {
  return LIFECYCLES[mode];
}
