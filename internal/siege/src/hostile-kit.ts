import type { SocketAddr } from '@grapevine/net';
import type { MessageId, TopicId } from '@grapevine/proto';

/**
 * What `packages/net/test/quic/hostile` offers to attacks below the streams. It stands on the inside of the driver, so it is no part of a package:
 * `scripts/siege.mjs` bundles it beside this file.
 */
export interface HostileKit {
  /** Completes an honest handshake by QUIC's own rules; what it sends afterwards is of its own making. */
  connect(server: SocketAddr, options: { readonly alpn: string; readonly host: string }): Promise<HostileClient>;
  /** The ClientHellos of `count` clients. */
  hellos(count: number, alpn: string): readonly Hello[];
  /** An Initial with it. */
  helloDatagram(hello: Hello, header?: { readonly dcid?: Uint8Array; readonly token?: Uint8Array }): Uint8Array;
  /** What a Retry gives a client; undefined where a datagram is no Retry. */
  readRetry(datagram: Uint8Array): { readonly cid: Uint8Array; readonly token: Uint8Array } | undefined;
  /** An Initial that is genuine and says nothing. */
  emptyInitial(): Uint8Array;
  /** What a server's side of a handshake costs quiche alone, without a socket or a driver, in milliseconds of CPU. */
  handshakeMs(): number;
  readonly frames: {
    ping(): Uint8Array;
    crypto(offset: number, bytes: Uint8Array): Uint8Array;
    pathChallenge(data: Uint8Array): Uint8Array;
    newConnectionId(sequence: number, retirePriorTo: number, cid: Uint8Array): Uint8Array;
    stream(id: number, offset: number, bytes: Uint8Array, fin?: boolean): Uint8Array;
    /** @param ranges pairs of gap and length, each less one */
    ack(largest: number, first: number, ...ranges: readonly (readonly [number, number])[]): Uint8Array;
    maxData(max: number): Uint8Array;
    maxStreamData(id: number, max: number): Uint8Array;
  };
  /** Frames of the exchange of histories, with their length in front; read without it. */
  readonly history: {
    encodeFrame(frame: HistoryFrame): Uint8Array;
    decodeFrame(body: Uint8Array): HistoryFrame;
    packKeys(keys: readonly number[]): Uint8Array;
  };
}

/** What is said in a comparison of histories (docs/reconciliation.md), as far as attacks say it. */
export type HistoryFrame =
  | { readonly type: 'open'; readonly topic: TopicId; readonly youngerThan: number; readonly opening: Uint8Array }
  | { readonly type: 'compare'; readonly frame: Uint8Array }
  | { readonly type: 'want'; readonly last: boolean; readonly limit: number; readonly keys: Uint8Array }
  | { readonly type: 'gone'; readonly ids: readonly MessageId[] }
  | { readonly type: 'payload' | 'lost' };

/** A whole ClientHello, and the id that its client calls itself by. */
export interface Hello {
  readonly bytes: Uint8Array;
  readonly scid: Uint8Array;
}

/** A client whose 1-RTT packets are of its own making. */
export interface HostileClient extends AsyncDisposable {
  readonly sent: number;
  readonly received: number;
  /** The code that the target closed the connection with, if it has. */
  readonly closeCode: number | undefined;
  send(...frames: readonly Uint8Array[]): void;
  /** A sealed packet, to be sent from elsewhere. */
  packet(frames: Uint8Array): Uint8Array;
  /** Settles when what was sent has left. */
  flushed(): Promise<void>;
}

/** Loads what `scripts/siege.mjs` has bundled. */
export async function loadHostileKit(): Promise<HostileKit> {
  return ((await import(new URL('hostile-kit.bundle.js', import.meta.url).href)) as { readonly kit: HostileKit }).kit;
}
