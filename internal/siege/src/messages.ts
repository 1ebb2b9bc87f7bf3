import type { EndpointAddr } from '@grapevine/net';

/** Where the target and its honest peers are. */
export const ROOM = 'siege';

/** Where the target's own user goes meanwhile. */
export const OTHER_ROOM = 'elsewhere';

/** What the target is asked. */
export type VictimRequest = { readonly type: 'report' } | { readonly type: 'join'; readonly bootstrap: EndpointAddr };

/** What the target was like since the last report. */
export interface VictimReport {
  readonly cpuMs: number;
  readonly rss: number;
  /** Heap and array buffers, after a collection. */
  readonly heap: number;
  readonly longestTurnMs: number;
  /** Of each honest message, in milliseconds. */
  readonly lateness: readonly number[];
  readonly neighbors: number;
  readonly refused: Readonly<Record<string, number>>;
}

/** What the attacker is told. */
export interface AttackOrder {
  readonly name: string;
  readonly target: EndpointAddr;
  readonly seconds: number;
}

/** What the attacker has done. */
export interface AttackReport {
  readonly sent: number;
  readonly received: number;
  readonly thirdParty: number;
}
