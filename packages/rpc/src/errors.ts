import { GossipClosedError, GossipError } from '@grapevine/net';

/** A server without a list of allowed clients was asked to listen where other machines reach it. Nothing was bound. */
export class RpcAccessError extends GossipError {
  readonly code = 'ERR_RPC_ACCESS';
  constructor(
    /** The address that was asked for. */
    readonly address: string,
  ) {
    super(
      `${address} is not a loopback address: without allowedClients everybody who reaches it could control the node; ` +
        'give the ids of the clients, or listen on 127.0.0.1 or [::1]',
    );
  }
}

/** The server refused: it does not have the call (`unsupported`), not for this client (`forbidden`), or it could not do it (`failed`). */
export class RpcRefusedError extends GossipError {
  readonly code = 'ERR_RPC_REFUSED';
  constructor(
    readonly reason: 'unsupported' | 'forbidden' | 'failed',
    message: string,
    options?: { cause?: unknown },
  ) {
    super(message, options);
  }
}

/** The peer has violated the protocol. It ends the stream; only callers of control requests see it. */
export class RpcProtocolError extends GossipError {
  readonly code = 'ERR_RPC_PROTOCOL';
  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options);
  }
}

/** An item over the limit of 16 MiB, on either side. */
export class ItemTooLargeError extends GossipError {
  readonly code = 'ERR_RPC_ITEM_TOO_LARGE';
  constructor(
    /** Length of the item in bytes, without its length prefix. */
    readonly length: number,
    readonly limit: number,
  ) {
    super(`an item of ${length} bytes is over the limit of ${limit} bytes`);
  }
}

/** For calls of a client that was closed. */
export function clientClosed(): GossipClosedError {
  return new GossipClosedError('this client of a remote node has been closed; the node itself goes on');
}
