import type { AddressLookup } from '../address/address-book.js';
import type { EndpointAddr, TransportAddr } from '../address/endpoint-addr.js';
import type { EndpointId } from '../identity/endpoint-id.js';
import type { CloseReason, EndpointCloseReason } from './close-reason.js';
import type { TransportLosses } from './losses.js';

/**
 * The transport seam: what gossip needs of a network, and nothing more.
 *
 * Every implementation passes the suite in `@grapevine/net/compliance`; what is written here is what that suite checks.
 *
 * @module
 */

/** One identity on the network, with one or more sockets. */
export interface Endpoint extends AsyncDisposable {
  /** Our public key: who we are. */
  readonly id: EndpointId;
  /** Whether it dials and cannot be dialed, as in a browser tab. Undefined: no. */
  readonly isLeaf?: boolean;
  /** Where we can be reached, as far as we know now. */
  addr(): EndpointAddr;
  /** Yields {@link Endpoint.addr} now and whenever it changes; ends when the endpoint closes. */
  watchAddr(): AsyncIterable<EndpointAddr>;
  /** Where other endpoints can be reached. A dial by bare id asks here. */
  readonly addressLookup: AddressLookup;
  /** The protocols that this endpoint answers to. Incoming connections that offer none of them fail in their handshake. */
  setAlpns(alpns: readonly string[]): void;
  /**
   * Dials an endpoint and waits until its identity is proven.
   *
   * @param to an id with addresses, or a bare id that {@link Endpoint.addressLookup} knows
   * @throws ConnectError with a `reason`; the signal's reason when aborted; EndpointClosedError
   */
  connect(to: EndpointAddr | EndpointId, alpn: string, options?: ConnectOptions): Promise<Connection>;
  /**
   * Incoming connections before their handshake is finished. One consumer at a time; leaving a loop leaves it open, and another one goes on
   * where it stopped. It ends when the endpoint closes.
   */
  accept(): AsyncIterable<Incoming>;
  /**
   * Closes every connection (code 0) and frees the socket. Resolves when nothing is left: what uses it, such as a gossip node, has ended by then,
   * without leaving its topics in good order. Safe to call again.
   */
  close(): Promise<void>;
  /** What was dropped, refused or given up so far: a copy. Numbers only grow. Undefined where a transport does not count. */
  losses?(): TransportLosses;
  /** Settles when the endpoint is over: closed by us, or its socket died. Its connections have ended by then. Never rejects. */
  readonly closed: Promise<EndpointCloseReason>;
}

/** How to dial. */
export interface ConnectOptions {
  /** Gives the dial up when aborted. */
  readonly signal?: AbortSignal;
}

/** An incoming handshake. Neither accepted nor refused, it times out like any handshake. */
export interface Incoming {
  /** From where, for logs and rate limits; proves nothing. */
  readonly remoteAddress: string;
  /** Finishes the handshake. @throws ConnectError */
  accept(): Promise<Connection>;
  /** Refuses the peer: its dial fails with reason `refused`. */
  refuse(): void;
}

/** An encrypted connection to a proven identity. */
export interface Connection {
  /** Who is at the other end; proven in the handshake. */
  readonly remoteId: EndpointId;
  /** The protocol both ends agreed on. */
  readonly alpn: string;
  /** Unique among the connections of this process, never used again. */
  readonly stableId: number;
  /** Which side dialled. */
  readonly side: 'dialed' | 'accepted';
  /** Whether the peer has dialed us and cannot be dialed itself, as a browser tab. Undefined: it can be, as far as we know. */
  readonly isFromLeaf?: boolean;
  /** Where the peer is reached, as far as it has proven that; undefined where the transport has no such notion. */
  remoteAddr(): TransportAddr | undefined;
  /** Opens a stream to the peer. The peer learns of it with the first write. @throws StreamLimitError, ConnectionClosedError */
  openUni(): Promise<SendStream>;
  /**
   * Settles when a one-way stream can be opened (at once if one can now), or the connection is over. Callers that wait are told in turn, each once
   * there is a stream for it. Never rejects.
   */
  uniStreamAvailable(): Promise<void>;
  /** Opens a stream in both directions. @throws StreamLimitError, ConnectionClosedError */
  openBi(): Promise<BiStream>;
  /** Streams that the peer opened to us. One consumer; ends (never throws) when the connection closes. */
  acceptUni(): AsyncIterable<RecvStream>;
  /** Streams in both directions that the peer opened. One consumer; ends when the connection closes. */
  acceptBi(): AsyncIterable<BiStream>;
  /**
   * Closes at once: unsent and unread data is lost.
   *
   * @param code application error code, 0 for none, up to 2^32 - 1
   * @param reason for the peer's log; cut to 200 bytes of UTF-8
   */
  close(code: number, reason?: string): void;
  /** Settles when the connection is over. Never rejects. */
  readonly closed: Promise<CloseReason>;
  /**
   * Asks the peer for a sign of life. Undefined where a transport cannot.
   *
   * @param timeoutMs how long to wait for one, in milliseconds
   * @returns true as soon as anything arrives from the peer, false when nothing did in time or the connection is over. Never rejects.
   */
  probe?(timeoutMs: number): Promise<boolean>;
  /**
   * Calls back when the peer has not answered for longer than it should: data (or, where a transport can tell, a keep-alive) is
   * unacknowledged for about 3 s. At most once until the peer is heard from again. Undefined where a transport cannot tell.
   */
  onUnresponsive?(callback: () => void): void;
  /**
   * Bounds what the peer may have us keep that nobody here has read. For peers that have shown nothing yet; before the first call, the windows of
   * flow control and the number of streams are the bounds. A peer that goes over it loses the connection, unless somebody has read the
   * excess by the next turn of the event loop. Undefined where a transport cannot.
   */
  limitPending?(limits: PendingLimits): void;
  /**
   * Lets in nobody new from the host of this peer for so long, in milliseconds: it does harm with one key after the other. Who is connected stays, and
   * our own dials go there. What is no host (a relay, say) is not refused. Undefined where a transport cannot.
   */
  refuseHost?(forMs: number): void;
  /** Plain numbers about the connection so far. */
  stats(): ConnectionStats;
}

/** See {@link Connection.limitPending}. */
export interface PendingLimits {
  /** Bytes that came and that nobody has read, whatever they are for. */
  readonly bytes: number;
  /** Streams that the peer has opened and that nobody has taken. */
  readonly streams: number;
}

/** What {@link Connection.stats} tells. */
export interface ConnectionStats {
  /** Smoothed round-trip time in milliseconds, 0 where unknown. */
  readonly rttMs: number;
  readonly sentBytes: number;
  readonly receivedBytes: number;
  /** Packets that had to be declared lost. */
  readonly lostPackets: number;
  /** The largest datagram that the path to the peer carries as far as is known, in bytes without UDP and IP headers; 0 where unknown. */
  readonly datagramSize: number;
  /** How often a size that the path had carried was carried no longer; 0 where unknown. */
  readonly blackHoles: number;
  /** Bytes accepted by `write` and not yet handed to the network. */
  readonly queuedBytes: number;
}

/** The sending half of a stream. */
export interface SendStream {
  /**
   * Queues bytes; never waits and copies at most once. The caller must not change them afterwards.
   *
   * @returns false when more is queued than the stream's high-water mark: wait for {@link SendStream.drained} before writing more.
   *   After the peer stopped the stream, or the connection closed, bytes are dropped and the result is true.
   * @throws StreamStateError after `finish` or `reset`
   */
  write(bytes: Uint8Array): boolean;
  /** Settles when less than the high-water mark is queued (at once if that is so now), or the stream is over. Never rejects. */
  readonly drained: Promise<void>;
  /** Ends the stream after what was written. */
  finish(): void;
  /** Abandons the stream: the peer's read fails with this code. No-op once everything was acknowledged. */
  reset(code: number): void;
  /**
   * Settles with the peer's code when it stopped the stream (0 if the code was lost on the way), or with undefined when all of a finished stream was
   * acknowledged, the stream was reset here, or the connection ended. Never rejects.
   */
  readonly stopped: Promise<number | undefined>;
}

/** The receiving half of a stream. */
export interface RecvStream {
  /**
   * The next bytes, or undefined at the end of the stream. The caller owns them.
   *
   * @throws StreamResetError when the peer reset the stream; ConnectionClosedError; StreamStateError after `stop`
   */
  read(): Promise<Uint8Array | undefined>;
  /** Tells the peer to send no more. Unread bytes are dropped. */
  stop(code: number): void;
}

/** A stream in both directions. */
export interface BiStream {
  /** QUIC's id of the stream (RFC 9000, section 2.1); undefined where the transport knows none. For protocols that name streams. */
  readonly id?: number;
  readonly send: SendStream;
  readonly recv: RecvStream;
}
