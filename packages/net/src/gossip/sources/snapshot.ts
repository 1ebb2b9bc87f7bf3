import type { DropReason } from '../metrics.js';

/**
 * What was refused: a `slot` for a stranger; a slot for a dial of ours (`dial`); the slot of a peer, which others needed more (`displaced`); a dial
 * to one of too many peers that others named (`hearsay`); more of our time (`work`) or memory (`memory`) for a source that has had its share.
 */
export type Refusal = 'slot' | 'dial' | 'displaced' | 'hearsay' | 'work' | 'memory';

/** As what refusals are counted in metrics. */
export const DROP_REASONS: Readonly<Record<Refusal, DropReason>> = {
  slot: 'no-slot',
  dial: 'no-slot',
  displaced: 'displaced',
  hearsay: 'hearsay',
  work: 'over-share',
  memory: 'over-share',
};

/** What sources cost right now, and what was refused so far. */
export interface SourcesSnapshot {
  readonly slots: { readonly used: number; readonly limit: number };
  /** Hosts that connected peers are on. */
  readonly hosts: number;
  readonly dials: {
    /** Under way and waiting. */
    readonly all: number;
    /** Under way because others have named the peer. */
    readonly hearsay: number;
    readonly hearsayWaiting: number;
  };
  readonly refused: Readonly<Record<Refusal, number>>;
}
