import type {
  BiStream,
  CloseReason,
  Connection,
  ConnectionStats,
  EndpointId,
  PendingLimits,
  RecvStream,
  SendStream,
  TransportAddr,
} from '@grapevine/net';
import { nextStableId } from '@grapevine/net/transport';
import type { WebSession } from './web-session.js';

/** What the handshake has proven, and the protocol that was asked for. */
export interface Proven {
  readonly remoteId: EndpointId;
  readonly alpn: string;
  readonly side: 'dialed' | 'accepted';
}

/** A session whose ends have proven who they are. */
export class WebConnection implements Connection {
  readonly remoteId: EndpointId;
  readonly alpn: string;
  readonly side: 'dialed' | 'accepted';
  /** True on the listener's side: its dialers cannot be dialed. */
  readonly isFromLeaf: boolean;
  readonly stableId = nextStableId();
  readonly #session: WebSession;
  readonly probe?: (timeoutMs: number) => Promise<boolean>;
  readonly onUnresponsive?: (callback: () => void) => void;
  readonly limitPending?: (limits: PendingLimits) => void;

  constructor(session: WebSession, { remoteId, alpn, side }: Proven) {
    this.#session = session;
    this.remoteId = remoteId;
    this.alpn = alpn;
    this.side = side;
    this.isFromLeaf = side === 'accepted';
    if (session.probe) this.probe = (timeoutMs) => session.probe?.(timeoutMs) ?? Promise.resolve(false);
    if (session.limitPending) this.limitPending = (limits) => session.limitPending?.(limits);
    if (session.onUnresponsive) this.onUnresponsive = (callback) => session.onUnresponsive?.(callback);
  }

  get closed(): Promise<CloseReason> {
    return this.#session.closed;
  }

  remoteAddr(): TransportAddr | undefined {
    return this.#session.remoteAddr();
  }

  openUni(): Promise<SendStream> {
    return this.#session.openUni();
  }

  uniStreamAvailable(): Promise<void> {
    return this.#session.uniStreamAvailable();
  }

  openBi(): Promise<BiStream> {
    return this.#session.openBi();
  }

  acceptUni(): AsyncIterable<RecvStream> {
    return this.#session.acceptUni();
  }

  acceptBi(): AsyncIterable<BiStream> {
    return this.#session.acceptBi();
  }

  close(code: number, reason?: string): void {
    this.#session.close(code, reason);
  }

  stats(): ConnectionStats {
    return this.#session.stats();
  }
}
