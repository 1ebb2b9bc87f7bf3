import type { Config } from '../config.js';
import { FairBudget } from '../structures/fair-budget.js';

/** What a topic's payload window takes. */
export interface PayloadHolder {
  readonly size: number;
  readonly bytes: number;
  /** Drops the content of the oldest payload; false when there is none. */
  dropOldest(): boolean;
}

/** A topic that remembers ids. */
export interface IdHolder {
  readonly idCount: number;
  /** Forgets the oldest id. */
  forgetOldestId(now: number): void;
}

/** A topic that lacks payloads. */
export interface MissingHolder {
  /** Payloads that are known to be missing. */
  readonly size: number;
  /** Those of them that somebody can be asked for. */
  readonly asking: number;
}

/** What the topics of a node share, with fair shares. */
export interface NodeBudgets {
  readonly payloadBytes: FairBudget<PayloadHolder>;
  readonly payloads: FairBudget<PayloadHolder>;
  readonly ids: FairBudget<IdHolder>;
  readonly asking: FairBudget<MissingHolder>;
  readonly missing: FairBudget<MissingHolder>;
}

/** How many missing payloads may be known for each one that can be asked for at a time: these cost an id and no timer. */
export const KNOWN_FACTOR = 4;

/** The budgets of a node. In the `reference` mode there is no limit but those of each topic. */
export function nodeBudgets({ mode, hardened }: Pick<Config, 'mode' | 'hardened'>): NodeBudgets {
  const limit = (value: number): number => (mode === 'reference' ? Number.POSITIVE_INFINITY : value);
  return {
    payloadBytes: new FairBudget(limit(hardened.nodeCacheMaxBytes), ({ bytes }) => bytes),
    payloads: new FairBudget(limit(hardened.nodeCacheMaxCount), ({ size }) => size),
    ids: new FairBudget(limit(hardened.nodeIdMaxCount), ({ idCount }) => idCount),
    asking: new FairBudget(limit(hardened.nodeMissing), ({ asking }) => asking),
    missing: new FairBudget(limit(KNOWN_FACTOR * hardened.nodeMissing), ({ size }) => size),
  };
}
