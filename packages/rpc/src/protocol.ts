/** The protocol name of the remote `GossipApi` unless the options say otherwise. irpc itself names none: see the README. */
export const RPC_ALPN = '/iroh-gossip-rpc/1';

/** The protocol name of what only Grapevine has: see `NodeControl`. */
export const CONTROL_ALPN = '/grapevine-control/1';

/** The protocol name of subscriptions between Grapevines, which say more than Rust's can, beside that of control. */
export const topicsAlpn = (controlAlpn: string): string => `${controlAlpn}/topics`;

/** Longest item in bytes, without its length. Longer ones are refused on either side. */
export const MAX_ITEM = 16 * 1024 * 1024;

/** Codes on streams, as irpc has them. */
export const StreamCode = {
  /** Nobody reads, or writes, any more. */
  none: 0,
  /** The item is longer than {@link MAX_ITEM}. */
  tooLarge: 1,
  /** The item can't be written. */
  unserializable: 2,
} as const;

/** Codes that close a connection. irpc knows the first two. */
export const CloseCode = {
  none: 0,
  requestTooLarge: 1,
  /** The client is not on the server's list. */
  notAllowed: 2,
  /** The server has as many connections as it takes, or the connection wants more memory than one may. */
  tooMany: 3,
} as const;

/** What irpc says to a request that is too large. */
export const REQUEST_TOO_LARGE = 'request exceeded max message size';

/** Commands of one subscription that wait for the node: irpc's channel. */
export const COMMAND_QUEUE = 64;
