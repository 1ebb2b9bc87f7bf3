import type { Config } from './config.js';

/** What a node does at the edges of a topic's life. */
export interface TopicLifecycle {
  /** Whether timers from an earlier life of a topic are void. */
  readonly dropsOldTimers: boolean;
  /** Whether links that only the topic has used are closed when it is left. */
  readonly closesUnusedLinks: boolean;
  /**
   * Whether a peer is told that we are not in a topic when it asks us to let it in, or confirms or asks to be our neighbor. It may wait for us, and ask
   * nobody else meanwhile; or it may be answering a join that we have taken back since, and would keep a neighbor that never says anything.
   */
  readonly answersElsewhere: boolean;
}

const LIFECYCLES: Readonly<Record<Config['mode'], TopicLifecycle>> = {
  reference: { dropsOldTimers: false, closesUnusedLinks: false, answersElsewhere: false },
  hardened: { dropsOldTimers: true, closesUnusedLinks: true, answersElsewhere: true },
};

/** The rules of a mode. */
export function topicLifecycle(mode: Config['mode']): TopicLifecycle {
  return LIFECYCLES[mode];
}
