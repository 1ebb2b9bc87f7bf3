import type { CloseReason } from './transport/close-reason.js';

/** Marks the root of our errors in every copy of this package. */
const ROOT = Symbol.for('@grapevine/net/GossipError');

/**
 * The root of every error that Grapevine throws or rejects with.
 *
 * `code` is stable and meant for programs, `message` for people, `cause` is the error underneath, if there is one.
 * Wrong types and values out of range are not `GossipError`s: those are `TypeError` and `RangeError`.
 *
 * `instanceof` also knows the errors of another copy of this package in the same program, by the names of their classes.
 */
export abstract class GossipError extends Error {
  /** Machine-readable and stable across releases, e.g. `ERR_MESSAGE_TOO_LARGE`. */
  abstract readonly code: string;

  static {
    Object.defineProperty(GossipError.prototype, ROOT, { value: true });
  }

  static override [Symbol.hasInstance](value: unknown): boolean {
    // biome-ignore lint/complexity/noThisInStatic: the class that stands behind `instanceof`, which may extend this one
    const asked = this as unknown as { readonly name: string };
    if (Function.prototype[Symbol.hasInstance].call(asked, value)) return true;
    return value instanceof Error && isFromAnotherCopy(value) && classNames(value).includes(asked.name);
  }

  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = new.target.name;
  }
}

function isFromAnotherCopy(error: Error): boolean {
  return ROOT in error && !Object.prototype.isPrototypeOf.call(GossipError.prototype, error);
}

/** The names of an error's class and of those that it extends, up to the root of ours. */
function classNames(error: Error): string[] {
  const names: string[] = [];
  for (
    let prototype: object = Object.getPrototypeOf(error);
    ROOT in prototype;
    prototype = Object.getPrototypeOf(prototype)
  ) {
    names.push(prototype.constructor.name);
  }
  return names;
}

/** A broadcast that can't be sent because it is longer than a message may be. Nothing was sent. */
export class MessageTooLargeError extends GossipError {
  readonly code = 'ERR_MESSAGE_TOO_LARGE';
  constructor(
    /** Length of the refused content in bytes. */
    readonly length: number,
    /** Longest content in bytes that the topic takes. */
    readonly limit: number,
  ) {
    super(
      `message of ${length} bytes is over the limit of ${limit} bytes; send less, or raise maxMessageSize on every node`,
    );
  }
}

/** A broadcast that was refused because the topic has no neighbor and keeps no more messages for the first one. */
export class NoNeighborsError extends GossipError {
  readonly code = 'ERR_NO_NEIGHBORS';
  constructor(message: string) {
    super(message);
  }
}

/** The topic has been left, or the node was shut down. */
export class TopicClosedError extends GossipError {
  readonly code = 'ERR_TOPIC_CLOSED';
  constructor(message = 'the topic is closed') {
    super(message);
  }
}

/** The gossip node was shut down. */
export class GossipClosedError extends GossipError {
  readonly code = 'ERR_GOSSIP_CLOSED';
  constructor(message = 'this gossip node has been shut down') {
    super(message);
  }
}

/**
 * The endpoint was closed: by the user, or because its socket failed (`cause` says how). A gossip node on it has ended: readers of its
 * topics get this error after what was queued, and so does everything that is asked of it later.
 */
export class EndpointClosedError extends GossipError {
  readonly code = 'ERR_ENDPOINT_CLOSED';
  constructor(options: { cause?: unknown } = {}) {
    const { cause } = options;
    super(cause instanceof Error ? `the endpoint is closed: ${cause.message}` : 'the endpoint is closed', options);
  }
}

/** What to do, by the system's error code. */
const BIND_REMEDIES: Readonly<Record<string, string>> = {
  EADDRINUSE: 'another program has this port; end it, or choose another port (0: any that is free)',
  EADDRNOTAVAIL: 'no interface of this machine has this address; 0.0.0.0 and [::] are all of them',
  EACCES: 'not permitted; ports below 1024 are for privileged programs',
  EMFILE:
    'this process has as many files and sockets open as it may; raise its limit (ulimit -n), or have it open fewer',
  ENFILE: 'this machine has as many files and sockets open as it may',
};

/** A local address could not be bound (in use, not ours, not permitted). The message says what to do. */
export class BindError extends GossipError {
  readonly code = 'ERR_BIND';
  constructor(address: string, cause: Error & { readonly code?: string }) {
    const remedy = BIND_REMEDIES[cause.code ?? ''];
    super(`can't bind ${address}: ${remedy ? `${remedy} (${cause.message})` : cause.message}`, { cause });
  }
}

/** Why a dial failed. See {@link ConnectError.reason}. */
export type ConnectFailure =
  | 'self' // the endpoint dialled its own id
  | 'no-address' // nobody knows an address for that id
  | 'identity-mismatch' // someone else answered at that address
  | 'alpn-mismatch' // the peer does not speak that protocol
  | 'refused' // the peer said no
  | 'timeout' // nobody answered in time
  | 'transport'; // anything else below us

/** A dial that did not end in a connection. */
export class ConnectError extends GossipError {
  readonly code = 'ERR_CONNECT';
  /** How the connection ended, where there was one: with the peer's code and text, say. */
  readonly closed: CloseReason | undefined;
  constructor(
    readonly reason: ConnectFailure,
    message: string,
    options: { cause?: unknown; closed?: CloseReason } = {},
  ) {
    super(message, options);
    this.closed = options.closed;
  }
}

/** The connection is gone; `message` says why. Streams of it end with this error. */
export class ConnectionClosedError extends GossipError {
  readonly code = 'ERR_CONNECTION_CLOSED';
  constructor(why: string) {
    super(`connection closed: ${why}`);
  }
}

/** The peer reset a stream that we were reading (RFC 9000, section 19.4). */
export class StreamResetError extends GossipError {
  readonly code = 'ERR_STREAM_RESET';
  constructor(
    /** The application error code that the peer gave. */
    readonly errorCode: number,
  ) {
    super(`the peer reset the stream with code ${errorCode}`);
  }
}

/** A stream was used after it had been finished, reset or stopped on this side. */
export class StreamStateError extends GossipError {
  readonly code = 'ERR_STREAM_STATE';
  constructor(message: string) {
    super(message);
  }
}

/** A new stream would exceed what the peer allows at once. */
export class StreamLimitError extends GossipError {
  readonly code = 'ERR_STREAM_LIMIT';
  constructor(message: string) {
    super(message);
  }
}

/** A text or some bytes that should be a key, an id, an address or a ticket, and are not. */
export class ParseError extends GossipError {
  readonly code = 'ERR_PARSE';
  constructor(
    /** What was expected, e.g. `endpoint ticket`. */
    readonly what: string,
    problem: string,
    options?: { cause?: unknown },
  ) {
    super(`not a valid ${what}: ${problem}`, options);
  }
}

/** A native module (QUIC's or iroh's) has no build for this platform, or it is not installed. */
export class UnsupportedPlatformError extends GossipError {
  readonly code = 'ERR_UNSUPPORTED_PLATFORM';
  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options);
  }
}
