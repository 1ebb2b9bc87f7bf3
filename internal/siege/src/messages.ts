import type { EndpointAddr, SocketAddr } from '@grapevine/net';

/** Where the target and its honest peers are. */
export const ROOM = 'siege';

/** Where the target's own user goes meanwhile. */
export const OTHER_ROOM = 'elsewhere';

/** A listener whose certificate clients pin. */
export interface PinnedListener {
  readonly addr: SocketAddr;
  readonly certificateHash: Uint8Array;
}

/** Where the listeners of a target are. */
export interface TargetAddr {
  /** Gossip, on QUIC. */
  readonly node: EndpointAddr;
  /** Where its UDP socket is. */
  readonly socket: SocketAddr;
  /** WebTransport, for browsers. */
  readonly web: PinnedListener;
  /** Remote control, for processes of the same machine. */
  readonly rpc: PinnedListener;
}

/** What a target is asked. */
export type TargetRequest = { readonly type: 'report' } | { readonly type: 'join'; readonly bootstrap: EndpointAddr };

/** What a target was like since the last report. */
export interface TargetReport {
  readonly cpuMs: number;
  /** Live heap, and everything that is native, after a collection, in bytes. */
  readonly memoryBytes: number;
  /** The longest turn of its event loop, in milliseconds of CPU. */
  readonly turnMs: number;
  /** How long the machine let it wait: in one go, and all together, in milliseconds. */
  readonly longestWaitMs: number;
  readonly waitMs: number;
  /** How long its main thread ran, in milliseconds. */
  readonly runMs: number;
  /** CPU time of a fixed piece of work: see `pace.ts`. */
  readonly paceMs: number;
  /** Of each honest message, in milliseconds, without what the machine let the target wait meanwhile. */
  readonly lateness: readonly number[];
  readonly refused: Readonly<Record<string, number>>;
}

/** What an attacker is told. */
export type AttackerRequest =
  | { readonly type: 'start'; readonly name: string; readonly target: TargetAddr }
  | { readonly type: 'report' }
  | { readonly type: 'stop' };

/** What listeners with nothing behind them are asked: a report, or to end each connection at once from then on. */
export type ListenersRequest = { readonly type: 'report' } | { readonly type: 'end' };

/** What an attacker has done so far. */
export interface AttackReport {
  readonly sent: number;
  readonly received: number;
  readonly thirdParty: number;
  readonly strangers: number;
  readonly handshakes: number;
}
