import { aString } from '@grapevine/proto/check';

/** How a connection ended. */
export type CloseReason =
  | { readonly type: 'local'; readonly code: number; readonly reason: string }
  | { readonly type: 'peer'; readonly code: number; readonly reason: string }
  | { readonly type: 'timeout' } // nothing was received for the idle time-out
  | { readonly type: 'reset' } // the peer does not know this connection any more
  | { readonly type: 'error'; readonly message: string }; // a transport or TLS error on either side

/** How an endpoint ended. */
export type EndpointCloseReason =
  | { readonly type: 'local' } // somebody on this side closed it
  | { readonly type: 'error'; readonly error: Error }; // its socket died

/** A {@link CloseReason} as a short text for logs and errors. */
export function describeClose(reason: CloseReason): string {
  CHECK: aString('reason.type', reason?.type);
  switch (reason.type) {
    case 'local':
      return `by us with code ${reason.code}${reason.reason && ` (${reason.reason})`}`;
    case 'peer':
      return `by the peer with code ${reason.code}${reason.reason && ` (${reason.reason})`}`;
    case 'timeout':
      return 'nothing was received for the idle time-out';
    case 'reset':
      return 'the peer does not know the connection any more';
    case 'error':
      return reason.message;
  }
}
