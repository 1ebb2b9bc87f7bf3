import type { TransportLosses } from '@grapevine/net';

/** Why a server has refused, closed or dropped something. */
export type RpcLossReason =
  | 'not-allowed' // a connection, its client is not on the list
  | 'too-many-connections' // a connection, there are as many as the server takes
  | 'too-much-unfinished' // a connection, it had begun more than may be unfinished
  | 'bad-request' // a request, it is too long or can't be read
  | 'command-too-large' // a command, it is too long for the node
  | 'bad-command' // the rest of a subscription's commands, one of them can't be read
  | 'not-carried-out'; // a command, the node keeps no more for a first neighbor, or has left the topic

/** How often each has happened. */
export type RpcLosses = Readonly<Record<RpcLossReason, number>>;

/** What a server counts. */
export interface RpcServerStats {
  /** Connections now. */
  readonly connections: number;
  /** What was refused, closed or dropped so far. */
  readonly losses: RpcLosses;
}

/** Who counts for a server: `gossipMetrics()` of `@grapevine/metrics`. */
export interface RpcMetrics {
  /** Registers where to read what a server counts, and the endpoint that it listens on. @returns takes it back */
  observeRpc(
    read: () => RpcServerStats & {
      readonly transport: { readonly endpoint: object; readonly losses: TransportLosses | undefined };
    },
  ): () => void;
}

/** Counts what a server loses. */
export class LossCounter {
  readonly #counts: Record<RpcLossReason, number> = {
    'not-allowed': 0,
    'too-many-connections': 0,
    'too-much-unfinished': 0,
    'bad-request': 0,
    'command-too-large': 0,
    'bad-command': 0,
    'not-carried-out': 0,
  };

  count(reason: RpcLossReason): void {
    this.#counts[reason]++;
  }

  all(): RpcLosses {
    return { ...this.#counts };
  }
}
