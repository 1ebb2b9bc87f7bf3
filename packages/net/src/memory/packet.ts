/** Identifies a stream on a connection. The side that opened it numbers it; even numbers belong to the dialer. */
export type StreamNumber = number;

/** What travels between the two ends of an in-memory connection, in order and never lost while the link is up. */
export type Packet =
  | { readonly type: 'open'; readonly stream: StreamNumber; readonly kind: 'uni' | 'bi' }
  | { readonly type: 'data'; readonly stream: StreamNumber; readonly bytes: Uint8Array }
  | { readonly type: 'fin'; readonly stream: StreamNumber }
  | { readonly type: 'finAck'; readonly stream: StreamNumber }
  | { readonly type: 'reset'; readonly stream: StreamNumber; readonly code: number }
  | { readonly type: 'stop'; readonly stream: StreamNumber; readonly code: number }
  | { readonly type: 'credit'; readonly stream: StreamNumber; readonly bytes: number }
  | { readonly type: 'ping' } // asks for a pong
  | { readonly type: 'pong' }
  | { readonly type: 'close'; readonly code: number; readonly reason: string };

/** How many bytes of a stream may be under way or unread at the receiver. */
export const STREAM_WINDOW = 64 * 1024;

/** How many bytes may be queued at the sender before `write` asks for patience. */
export const HIGH_WATER_MARK = 64 * 1024;
